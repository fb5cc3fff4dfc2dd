// Converts requests and replies.
#include "entry/replies.hpp"

#include "entry/hooks.hpp"

namespace segpay {

namespace {

constexpr std::size_t kOwnHeaders = 3;

} // namespace

HttpRequest http_request_of(const biller_http_request& given) {
    HttpRequest request{
        view(given.method), view(given.query), view(given.body), view(given.peer), {}};
    require(given.headers || given.header_count == 0, "headers is NULL, header_count is not 0");
    for (std::size_t i = 0; i < given.header_count; ++i)
        request.headers.emplace_back(view(given.headers[i].name), view(given.headers[i].value));
    return request;
}

std::vector<HttpRequest> http_requests_of(const biller_http_request* const* given, uint32_t count) {
    require(given != nullptr, "requests is NULL");
    std::vector<HttpRequest> requests;
    requests.reserve(count);
    for (uint32_t number = 0; number < count; ++number) {
        require(given[number] != nullptr, "one of the requests is NULL");
        requests.push_back(http_request_of(adopted(given[number])));
    }
    return requests;
}

Reply apology(const Account& account, const std::exception& defect) {
    return reply_with(Disposition::unavailable, account.config().postbacks, {}, defect.what());
}

ReplyView::ReplyView(const Reply& reply)
    : retry_after_(std::to_string(reply.retry_after_s)), reply_(sized<biller_http_reply>()) {
    constexpr std::string_view kContentType = "text/plain; charset=utf-8";
    headers_.reserve(kOwnHeaders + reply.headers.size());
    add("Content-Type", kContentType);
    add("Cache-Control", "no-store"); // a proxy's cache would answer in place of the ledger
    if (reply.retry_after_s != 0) add("Retry-After", retry_after_);
    for (const auto& [name, value] : reply.headers)
        add(name, value);

    reply_.status = reply.http_status;
    reply_.content_type = bytes(kContentType);
    reply_.body = bytes(reply.body);
    reply_.disposition = static_cast<uint32_t>(reply.disposition);
    reply_.retry_after_s = reply.retry_after_s;
    reply_.disposition_name = bytes(disposition_name(reply.disposition));
    reply_.message = bytes(reply.message);
    reply_.key = bytes_or_none(reply.key);
    reply_.headers = headers_.data();
    reply_.header_count = headers_.size();
}

void ReplyView::add(std::string_view name, std::string_view value) {
    headers_.push_back({bytes(name), bytes(value)});
}

} // namespace segpay
