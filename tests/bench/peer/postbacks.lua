-- wrk's side of bench-endtoend: postbacks as Segpay sends them, each with a transaction id of its
-- own. One in four is the first sale of a new purchase by a new member; the others are rebills of
-- purchases that the same thread opened well before.
--
--     wrk ... -s postbacks.lua URL -- FIRST ROOM CHECK
--
-- Thread n uses the ids from FIRST + n * ROOM on, so no two threads, and no two runs with FIRST far
-- enough apart, share one. With CHECK "yes" every answer is read, which costs wrk more time than the
-- request. Prints "sent answers microseconds bad_status bad_body lost p50_us p99_us"; wrk ends without
-- waiting for the answers to what it sent last.

local threads = {}

function setup(thread)
   thread:set("number", #threads)
   table.insert(threads, thread)
end

local kOpenedBefore = 256 -- more requests than are on their way from one thread at any moment
local kSale = "action=Auth&stage=Initial&approved=Yes&name=Maria+Example" ..
   "&email=maria%%40mail.example&country=US&transtype=Sale&purchaseid=%d&transid=%d&price=2.95" ..
   "&username=maria%d&password=&currencycode=USD&eticketid=162209%%3a3097&memberid=%d" ..
   "&session=8a6e0804&merchantpartnerid=4711&xsellnum=0&upsell=&tokenplus=&octoken=" ..
   "&cardtype=Visa&paymenttype=CC&xref1=XS-8-301&xref2=XS-9-201&relatedtranid=" ..
   "&transGUID=7F3A5C21-90DE-4B7A-8C11-0123456789AB"
local kRebill = "action=Auth&stage=Rebill&approved=Yes&name=Maria+Example" ..
   "&email=maria%%40mail.example&country=US&transtype=Sale&purchaseid=%d&transid=%d&price=29.95" ..
   "&username=&password=&currencycode=USD&eticketid=162209%%3a3097&memberid=%d" ..
   "&session=8a6e0804&merchantpartnerid=4711&xsellnum=0&upsell=&tokenplus=&octoken=" ..
   "&cardtype=Visa&paymenttype=CC&xref1=XS-8-301&xref2=XS-9-201&relatedtranid=&transGUID="

local path, first_id, opened, rebilled = "", 0, 0, 0
sent = 0
bad_body = 0

function init(arguments)
   first_id = tonumber(arguments[1]) + number * tonumber(arguments[2])
   path = wrk.path
   if arguments[3] ~= "yes" then response = nil end
end

-- The n-th purchase of this thread has the transaction id of its sale.
function request()
   local id = first_id + sent
   sent = sent + 1
   local query
   if sent <= kOpenedBefore or sent % 4 == 0 then
      query = kSale:format(first_id + opened, id, first_id + opened, first_id + opened)
      opened = opened + 1
   else
      if rebilled == opened - kOpenedBefore / 4 then rebilled = 0 end
      local purchase = first_id + rebilled
      rebilled = rebilled + 1
      query = kRebill:format(purchase, id, purchase)
   end
   return "GET " .. path .. "?" .. query .. " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
end

function response(status, headers, body)
   if body ~= "*success*" then bad_body = bad_body + 1 end
end

function done(summary, latency)
   local sent, bad_bodies = -1, 0 -- wrk asks the first thread for one request that it does not send
   for _, thread in ipairs(threads) do
      sent = sent + thread:get("sent")
      bad_bodies = bad_bodies + thread:get("bad_body")
   end
   local errors = summary.errors
   print(("SENT %d %d %d %d %d %d %d %d"):format(
      sent, summary.requests, summary.duration, errors.status, bad_bodies,
      errors.connect + errors.read + errors.write + errors.timeout,
      latency:percentile(50), latency:percentile(99)))
end
