// Postbacks over HTTP, with Segpay's two retry plans. Keeps passwords out of log and answers.
#include "postman.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPBasicCredentials.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <array>
#include <chrono>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "refusal.hpp"

namespace sandbox {
namespace {

constexpr int kTimeoutSeconds = 10;
constexpr std::size_t kMaxAnswerBytes = 4096;

// Processing API 2.0, "Retry postback": member management postbacks every 5 minutes for up to one
// hour, transaction postbacks every hour for up to 12 hours. The inquiry is a question asked while
// the consumer waits: a later answer has no reader.
struct RetryPlan {
    Timestamp::TimeDiff every;
    int times;
};
constexpr RetryPlan kMemberPlan{5 * kMinute, 12};
constexpr RetryPlan kTransactionPlan{kHour, 12};
constexpr RetryPlan kNeverPlan{0, 0};

RetryPlan plan_of(const Postback& postback) {
    if (!postback.settings.retry || postback.kind == PostbackKind::inquiry) return kNeverPlan;
    return postback.kind == PostbackKind::transaction ? kTransactionPlan : kMemberPlan;
}

// Processing API 2.0, "Postback specs": the HTTP status decides about transaction postbacks, the
// response text about the others.
bool is_success(const Postback& postback, const Attempt& attempt) {
    if (postback.kind == PostbackKind::transaction) {
        return attempt.status >= 200 && attempt.status < 300;
    }
    const PostbackUrl& settings = postback.settings;
    auto says = [&](const std::string& word) {
        return !word.empty() && attempt.body.find(word) != std::string::npos;
    };
    return says(settings.expected_response) && !says(settings.error_response);
}

std::string read_some(std::istream& in) {
    std::string body(kMaxAnswerBytes, '\0');
    in.read(body.data(), static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(in.gcount()));
    return body;
}

Attempt deliver_to(const std::string& url, const PostbackUrl& settings) {
    Attempt attempt;
    std::size_t path_at = url.find_first_of("/?", url.find("//") + 2);
    Poco::URI where(url.substr(0, path_at));
    std::string target = path_at == std::string::npos ? "/" : url.substr(path_at);
    if (target.front() == '?') target.insert(0, "/");
    std::string form;
    if (settings.by_post) {
        std::size_t query = target.find('?');
        form = query == std::string::npos ? "" : target.substr(query + 1);
        target.resize(std::min(query, target.size()));
    }
    Poco::Net::HTTPClientSession session(where.getHost(), where.getPort());
    session.setTimeout(Poco::Timespan(kTimeoutSeconds, 0));
    Poco::Net::HTTPRequest request(settings.by_post ? "POST" : "GET", target, "HTTP/1.1");
    request.set("User-Agent", "segpay-sandbox");
    if (!settings.basic_username.empty()) {
        Poco::Net::HTTPBasicCredentials(settings.basic_username, settings.basic_password)
            .authenticate(request);
    }
    if (settings.by_post) {
        request.setContentType("application/x-www-form-urlencoded");
        request.setContentLength(static_cast<std::streamsize>(form.size()));
    }
    session.sendRequest(request) << form;
    Poco::Net::HTTPResponse response;
    std::istream& in = session.receiveResponse(response);
    attempt.status = response.getStatus();
    attempt.body = read_some(in);
    return attempt;
}

} // namespace

void Resolver::add(const std::string& rule) {
    auto equals = rule.find('=');
    std::string base = equals == std::string::npos ? "" : rule.substr(equals + 1);
    if (equals == 0 || base.rfind("http://", 0) != 0) {
        throw std::runtime_error("--resolve " + rule + ": expected HOST=http://ADDRESS[:PORT]");
    }
    while (base.back() == '/')
        base.pop_back();
    rules_[lower(rule.substr(0, equals))] = base;
}

std::string Resolver::resolve(const std::string& url) const {
    std::size_t scheme = url.find("://");
    bool has_scheme = scheme != std::string::npos && scheme <= 5;
    std::string rest = has_scheme ? url.substr(scheme + 3) : url;
    std::string folded = lower(rest);
    const std::pair<const std::string, std::string>* best = nullptr;
    for (const auto& rule : rules_) {
        std::size_t size = rule.first.size();
        bool matches =
            folded.rfind(rule.first, 0) == 0 &&
            (folded.size() == size || std::string("/?:").find(folded[size]) != std::string::npos);
        if (matches && (!best || size > best->first.size())) best = &rule;
    }
    return best ? best->second + rest.substr(best->first.size()) : "http://" + rest;
}

Postman::Postman(const Portal& portal, Clock& clock, Resolver resolver)
    : portal_(portal), clock_(clock), resolver_(std::move(resolver)) {
    retrier_ = std::thread([this] { keep_retrying(); });
}

Postman::~Postman() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    stopping_.notify_all();
    retrier_.join();
}

std::vector<Postback> Postman::send(const std::vector<Letter>& letters) {
    std::vector<Postback> sent;
    for (const Letter& letter : letters) {
        const PostbackSet& set = portal_.postbacks_of(letter.eticket());
        auto urls = set.find(letter.kind);
        if (urls == set.end()) continue;
        for (const PostbackUrl& settings : urls->second) {
            Postback postback;
            postback.kind = letter.kind;
            postback.purchase_id = letter.purchase.id;
            if (letter.transaction) postback.transaction_id = letter.transaction->id;
            postback.settings = settings;
            postback.url = write(portal_, letter, settings);
            postback.url.sent = resolver_.resolve(postback.url.sent);
            postback.url.shown = resolver_.resolve(postback.url.shown);
            postback.password = value_of(letter.extras(), "password");
            postback.first_at = clock_.now();
            {
                std::lock_guard lock(mutex_);
                postback.n = static_cast<int>(postbacks_.size()) + 1;
                postbacks_[postback.n] = postback;
            }
            sent.push_back(deliver(postback.n, false));
        }
    }
    return sent;
}

Postback Postman::repeat(int n) { return deliver(n, false); }

std::vector<Postback> Postman::all() const {
    std::lock_guard lock(mutex_);
    std::vector<Postback> list;
    for (const auto& [n, postback] : postbacks_)
        list.push_back(postback);
    return list;
}

Postback Postman::deliver(int n, bool is_retry) {
    Postback postback;
    {
        std::lock_guard lock(mutex_);
        auto found = postbacks_.find(n);
        if (found == postbacks_.end()) {
            throw Refusal(404, "there is no postback " + std::to_string(n));
        }
        if (is_retry) ++found->second.retries;
        postback = found->second;
    }
    Attempt attempt;
    Timestamp at = clock_.now();
    try {
        attempt = deliver_to(postback.url.sent, postback.settings);
    } catch (const Poco::Exception& error) {
        attempt.problem = std::string(error.name());
    }
    attempt.at = at;
    attempt.accepted = is_success(postback, attempt);
    if (!postback.password.empty()) {
        Poco::replaceInPlace(attempt.body, postback.password, std::string("***"));
    }
    std::ostringstream line;
    line << "postback " << n << " " << name_of(postback.kind) << " purchase "
         << postback.purchase_id << ": "
         << (attempt.status ? std::to_string(attempt.status) : attempt.problem)
         << (attempt.accepted ? ", accepted\n" : ", NOT accepted\n");
    std::cerr << line.str() << std::flush;

    std::lock_guard lock(mutex_);
    Postback& kept = postbacks_.at(n);
    kept.attempts.push_back(std::move(attempt));
    RetryPlan plan = plan_of(kept);
    kept.next_retry.reset();
    if (!kept.accepted() && kept.retries < plan.times) {
        kept.next_retry = kept.first_at + plan.every * (kept.retries + 1);
    }
    return kept;
}

std::optional<Postman::Due> Postman::earliest_due(Timestamp until) const {
    std::lock_guard lock(mutex_);
    std::optional<Due> best;
    if (stop_) return best;
    for (const auto& [n, postback] : postbacks_) {
        if (!postback.next_retry || *postback.next_retry > until) continue;
        if (!best || *postback.next_retry < best->at) best = Due{n, *postback.next_retry};
    }
    return best;
}

std::vector<Postback> Postman::send_due(Timestamp until) {
    std::vector<Postback> sent;
    while (auto due = earliest_due(until)) {
        clock_.turn_to(due->at);
        sent.push_back(deliver(due->n, true));
    }
    return sent;
}

std::vector<Postback> Postman::turn_clock(Timestamp::TimeDiff by) {
    std::lock_guard round(round_);
    Timestamp until = clock_.now() + by;
    std::vector<Postback> sent = send_due(until);
    clock_.turn_to(until);
    return sent;
}

// Retries fall due on the real clock, too: a host that was down gets its postbacks.
void Postman::keep_retrying() {
    while (true) {
        {
            std::unique_lock lock(mutex_);
            if (stopping_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; })) return;
        }
        std::lock_guard round(round_);
        send_due(clock_.now());
    }
}

} // namespace sandbox
