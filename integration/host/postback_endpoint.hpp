// /signup/process_segpay.php: hands the processor's requests to the plugin and its answers back,
// word for word. Decides nothing.
#pragma once

#include "crash.hpp"
#include "http.hpp"

#include <biller.hpp>

namespace nats_host {

HttpResponse answer_postback(biller::Instance& biller, DieAt& die_at, const HttpRequest& request);

} // namespace nats_host
