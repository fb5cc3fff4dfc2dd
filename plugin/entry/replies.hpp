// Requests and replies in their C form.
#pragma once

#include "biller.h"
#include "inbox/inbox.hpp"

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace segpay {

// The results hold views into `given`. Throws Stop.
HttpRequest http_request_of(const biller_http_request& given);
std::vector<HttpRequest> http_requests_of(const biller_http_request* const* given, uint32_t count);

// The reply when a defect throws: Segpay gets an answer, and repeats the postback.
Reply apology(const Account& account, const std::exception& defect);

// A biller_http_reply over a Reply, which must outlive it.
class ReplyView {
public:
    explicit ReplyView(const Reply& reply);
    ReplyView(const ReplyView&) = delete;
    ReplyView& operator=(const ReplyView&) = delete;

    const biller_http_reply* get() const { return &reply_; }

private:
    void add(std::string_view name, std::string_view value);

    std::string retry_after_;
    std::vector<biller_pair> headers_;
    biller_http_reply reply_;
};

} // namespace segpay
