// The plugin as the bench programs call it: its ways in and out, with all objects that a caller
// keeps from one call to the next. The only file here that depends on those interfaces.
#pragma once

#include "account.hpp"
#include "config/config.hpp"
#include "links/link.hpp"
#include "postbacks/names.hpp"
#include "postbacks/postback.hpp"
#include "postbacks/request.hpp"
#include "postbacks/translate.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace segpay::bench {

// The pure part of the way in: decode, authenticate, find the facts, translate.
class Translator {
public:
    explicit Translator(const Config& config) : config_(config) {}

    // Valid until the next call. Throws std::runtime_error when the request is refused.
    const Translation& operator()(std::string_view query, const Loaded& loaded) {
        request_.query = query;
        if (const auto refusal = decode_request(request_, form_)) throw refused(refusal->message);
        if (const auto refusal = authenticate(request_, config_.postbacks.authenticity, form_))
            throw refused(refusal->message);
        read_postback(form_, names_, postback_);
        translate(postback_, config_, loaded, kNow, Trust::verify, translation_);
        return translation_;
    }

private:
    static std::runtime_error refused(const std::string& why) {
        return std::runtime_error("a postback of the corpus is refused: " + why);
    }

    const Config& config_;
    const NameTable names_{config_};
    HttpRequest request_{"GET", {}, {}, kPeer, {}};
    Form form_;
    Postback postback_;
    Translation translation_;
};

// The pure part of the way out.
class Linker {
public:
    explicit Linker(const Config& config) : config_(config) {}

    // Valid until the next call. Throws std::runtime_error when the request cannot be met.
    const Link& operator()(const LinkRequest& request, TimeMs now = kNow) {
        if (const auto error = build_link(config_, request, now, link_))
            throw std::runtime_error("a link of the corpus is refused: " + error->message);
        return link_;
    }

private:
    const Config& config_;
    Link link_;
};

// The seal on the link that `request` makes.
inline std::string seal_of_link(const Config& config, const LinkRequest& request, TimeMs now) {
    Linker linker(config);
    const std::string& url = linker(request, now).url;
    const std::string name = "&" + config.seal.parameter + "=";
    const std::size_t at = url.find(name);
    if (at == std::string::npos) throw std::runtime_error("a link of the corpus has no seal");
    return url.substr(at + name.size(), url.find('&', at + name.size()) - at - name.size());
}

} // namespace segpay::bench
