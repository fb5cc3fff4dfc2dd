// Reads portal.yaml key by key, so that each mistake is reported with its line and column.
#include "portal.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <set>
#include <stdexcept>

namespace sandbox {
namespace {

constexpr std::size_t kMaxTransactionUrls = 4; // Processing API 2.0, "Transaction Postback Example"

struct TypeName {
    const char* name;
    PriceType type;
};
constexpr std::array kTypes = {
    TypeName{"recurring", PriceType::recurring},
    TypeName{"one_time", PriceType::one_time},
    TypeName{"digital", PriceType::digital},
    TypeName{"instant_conversion", PriceType::instant_conversion},
    TypeName{"dynamic", PriceType::dynamic},
};

struct CollectName {
    const char* name;
    Collect collect;
};
constexpr std::array kCollects = {
    CollectName{"nothing", Collect::nothing},
    CollectName{"password", Collect::password},
    CollectName{"username_and_password", Collect::username_and_password},
};

std::optional<int> parse_int(const std::string& text) {
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

// A mapping of the file, read key by key. Has its position for error messages.
class Block {
public:
    Block(std::string file, const YAML::Node& node, std::string what, std::set<std::string> known)
        : file_(std::move(file)), node_(node), what_(std::move(what)) {
        if (!node_.IsMap()) fail(node_, what_ + " is no mapping of keys to values");
        std::set<std::string> seen;
        for (const auto& entry : node_) {
            auto key = entry.first.as<std::string>();
            if (!seen.insert(key).second) fail(entry.first, "\"" + key + "\" stands here twice");
            if (!known.empty() && !known.count(key)) {
                fail(entry.first, what_ + " has no setting \"" + key + "\"");
            }
        }
    }

    [[noreturn]] void fail(const YAML::Node& at, const std::string& why) const {
        YAML::Mark mark = at.Mark();
        throw std::runtime_error(file_ + ":" + std::to_string(mark.line + 1) + ":" +
                                 std::to_string(mark.column + 1) + ": " + why);
    }

    bool has(const std::string& key) const { return static_cast<bool>(node_[key]); }

    YAML::Node node(const std::string& key) const {
        if (!has(key)) fail(node_, what_ + " lacks \"" + key + "\"");
        return node_[key];
    }

    const YAML::Node& whole() const { return node_; }
    const std::string& file() const { return file_; }

    std::string text(const std::string& key) const {
        YAML::Node found = node(key);
        if (!found.IsScalar()) fail(found, "\"" + key + "\" is no text");
        return found.Scalar();
    }

    std::string text_or(const std::string& key, const std::string& fallback) const {
        return has(key) ? text(key) : fallback;
    }

    int number(const std::string& key) const {
        auto value = parse_int(text(key));
        if (!value || *value < 0) fail(node(key), "\"" + key + "\" is no whole number");
        return *value;
    }

    bool flag(const std::string& key, bool fallback) const {
        if (!has(key)) return fallback;
        bool value = false;
        if (!YAML::convert<bool>::decode(node(key), value)) {
            fail(node(key), "\"" + key + "\" is neither yes nor no");
        }
        return value;
    }

    bool choice(const std::string& key, const std::string& no, const std::string& yes) const {
        std::string value = text_or(key, no);
        if (value != no && value != yes) {
            fail(node(key), "\"" + key + "\" is \"" + value + "\"; expected " + no + " or " + yes);
        }
        return value == yes;
    }

    Money money(const std::string& key, const std::string& currency) const {
        auto value = parse_money(text(key), currency);
        if (!value || value->minor < 0) {
            fail(node(key), "\"" + text(key) + "\" is no amount of " + currency);
        }
        return *value;
    }

private:
    std::string file_;
    YAML::Node node_;
    std::string what_;
};

PostbackUrl read_url(const std::string& file, const YAML::Node& node) {
    Block block(
        file, node, "a postback",
        {"url", "expected_response", "error_response", "retry", "method", "username", "password"});
    PostbackUrl url;
    url.pasted = block.text("url");
    url.expected_response = block.text("expected_response");
    url.error_response = block.text_or("error_response", "");
    url.retry = block.flag("retry", false);
    url.by_post = block.choice("method", "GET", "POST");
    url.basic_username = block.text_or("username", "");
    url.basic_password = block.text_or("password", "");
    return url;
}

PostbackSet read_postback_set(const std::string& file, const YAML::Node& node) {
    Block block(file, node, "a postback set", {kPostbackNames.begin(), kPostbackNames.end()});
    PostbackSet set;
    for (std::size_t i = 0; i < kPostbackNames.size(); ++i) {
        if (!block.has(kPostbackNames[i])) continue;
        YAML::Node found = block.node(kPostbackNames[i]);
        auto kind = static_cast<PostbackKind>(i);
        if (!found.IsSequence()) {
            set[kind].push_back(read_url(file, found));
            continue;
        }
        std::size_t most = kind == PostbackKind::transaction ? kMaxTransactionUrls : 1;
        if (found.size() > most) {
            block.fail(found, std::string(kPostbackNames[i]) + " has " +
                                  std::to_string(found.size()) + " URLs; the portal takes " +
                                  std::to_string(most));
        }
        for (const auto& url : found)
            set[kind].push_back(read_url(file, url));
    }
    return set;
}

void read_term(const Block& parent, const std::string& key, const std::string& currency,
               Money& amount, int& days) {
    Block term(parent.file(), parent.node(key), key, {"amount", "days"});
    amount = term.money("amount", currency);
    days = term.number("days");
}

void read_prices(const Block& block, PricePoint& point) {
    const std::string& currency = point.currency;
    point.initial = point.recurring = point.lowest = point.highest = Money{0, currency};
    if (point.type == PriceType::dynamic) {
        point.lowest = block.money("lowest", currency);
        point.highest = block.money("highest", currency);
        return;
    }
    read_term(block, "initial", currency, point.initial, point.initial_days);
    if (point.renews()) {
        read_term(block, "recurring", currency, point.recurring, point.recurring_days);
    }
    if (block.has("discount")) point.discount = block.money("discount", currency);
    point.adjust_trial = block.flag("adjust_trial", false);
}

Promotion read_promotion(const Block& parent) {
    Block block(parent.file(), parent.node("single_use"), "single_use",
                {"card", "email", "username", "again_after_days", "per_website"});
    Promotion promotion;
    promotion.per_card = block.flag("card", false);
    promotion.per_email = block.flag("email", false);
    promotion.per_username = block.flag("username", false);
    promotion.per_website = block.flag("per_website", false);
    if (block.has("again_after_days"))
        promotion.again_after_days = block.number("again_after_days");
    if (!promotion.per_card && !promotion.per_email && !promotion.per_username)
        block.fail(block.whole(), "single_use needs at least one of card, email and username");
    return promotion;
}

PricePoint read_price_point(const std::string& file, const YAML::Node& node) {
    Block block(
        file, node, "a price point",
        {"id", "description", "type", "currency", "initial", "recurring", "one_click", "standin",
         "collect", "discount", "adjust_trial", "lowest", "highest", "single_use"});
    PricePoint point;
    point.id = block.number("id");
    point.description = block.text("description");
    point.currency = block.text("currency");
    std::string type = block.text("type");
    auto row = std::find_if(kTypes.begin(), kTypes.end(),
                            [&](const TypeName& candidate) { return candidate.name == type; });
    if (row == kTypes.end()) block.fail(block.node("type"), "unknown type \"" + type + "\"");
    point.type = row->type;
    std::string collect = block.text_or("collect", "nothing");
    auto what = std::find_if(kCollects.begin(), kCollects.end(),
                             [&](const CollectName& c) { return c.name == collect; });
    if (what == kCollects.end()) block.fail(block.node("collect"), "unknown \"" + collect + "\"");
    point.collect = what->collect;
    point.one_click = block.flag("one_click", false);
    point.standin = block.flag("standin", false);
    if (block.has("single_use")) point.promotion = read_promotion(block);
    read_prices(block, point);
    return point;
}

Package read_package(const std::string& file, const YAML::Node& node) {
    Block block(file, node, "a package",
                {"id", "description", "website", "mode", "multi_currency", "postbacks",
                 "price_points", "cross_sells"});
    Package package;
    package.id = block.number("id");
    package.description = block.text("description");
    package.website = block.number("website");
    package.test_mode = !block.choice("mode", "test", "live");
    package.multi_currency = block.flag("multi_currency", false);
    package.postback_set = block.text("postbacks");
    for (const auto& point : block.node("price_points")) {
        package.price_points.push_back(read_price_point(file, point));
    }
    if (!block.has("cross_sells")) return package;
    Block slots(file, block.node("cross_sells"), "cross_sells", {"1", "2"});
    for (const auto& slot : slots.whole()) {
        auto eticket = parse_eticket(slot.second.Scalar());
        if (!eticket) slots.fail(slot.second, "a cross sell is written package:pricepoint");
        package.cross_sells[slot.first.as<int>()] = *eticket;
    }
    return package;
}

void check_references(const Portal& portal, const Block& root) {
    for (const auto& [id, package] : portal.packages) {
        std::string where = "package " + std::to_string(id);
        if (!portal.websites.count(package.website)) {
            root.fail(root.node("packages"), where + " names an unknown website");
        }
        if (!portal.postback_sets.count(package.postback_set)) {
            root.fail(root.node("packages"), where + " names an unknown postback set");
        }
        for (const auto& [slot, eticket] : package.cross_sells) {
            auto other = portal.packages.find(eticket.package);
            if (other == portal.packages.end() || !other->second.find(eticket.price_point)) {
                root.fail(root.node("packages"),
                          where + " sells " + eticket.text() + " across, which is not there");
            }
        }
    }
}

} // namespace

std::optional<Eticket> parse_eticket(const std::string& text) {
    auto colon = text.find(':');
    if (colon == std::string::npos) return {};
    auto package = parse_int(text.substr(0, colon));
    auto price_point = parse_int(text.substr(colon + 1));
    if (!package || !price_point || *package < 0 || *price_point < 0) return {};
    return Eticket{*package, *price_point};
}

const char* name_of(PostbackKind kind) { return kPostbackNames[static_cast<std::size_t>(kind)]; }

const char* name_of(PriceType type) {
    return std::find_if(kTypes.begin(), kTypes.end(),
                        [&](const TypeName& row) { return row.type == type; })
        ->name;
}

const PricePoint* Package::find(int price_point) const {
    auto found = std::find_if(price_points.begin(), price_points.end(),
                              [&](const PricePoint& point) { return point.id == price_point; });
    return found == price_points.end() ? nullptr : &*found;
}

const Package& Portal::package_of(const Eticket& eticket) const {
    return packages.at(eticket.package);
}

const PricePoint& Portal::price_point_of(const Eticket& eticket) const {
    const PricePoint* point = package_of(eticket).find(eticket.price_point);
    if (!point) throw std::logic_error("no price point " + eticket.text());
    return *point;
}

const PostbackSet& Portal::postbacks_of(const Eticket& eticket) const {
    return postback_sets.at(package_of(eticket).postback_set);
}

Portal read_portal(const std::string& file) {
    YAML::Node node;
    try {
        node = YAML::LoadFile(file);
    } catch (const YAML::Exception& error) {
        throw std::runtime_error(file + ":" + std::to_string(error.mark.line + 1) + ":" +
                                 std::to_string(error.mark.column + 1) + ": " + error.msg);
    }
    Block root(file, node, "the portal", {"account", "websites", "postback_sets", "packages"});
    Portal portal;
    Block account(file, root.node("account"), "account",
                  {"merchant_id", "eticketid_on", "live_test_card"});
    portal.merchant_id = account.text("merchant_id");
    portal.live_test_card = account.text_or("live_test_card", "");
    portal.eticket_on_every_transaction =
        account.choice("eticketid_on", "signups", "every_transaction");
    for (const auto& website : root.node("websites")) {
        Block block(file, website, "a website", {"urlid", "url"});
        portal.websites[block.number("urlid")] = block.text("url");
    }
    Block sets(file, root.node("postback_sets"), "postback_sets", {});
    for (const auto& set : sets.whole()) {
        portal.postback_sets[set.first.Scalar()] = read_postback_set(file, set.second);
    }
    for (const auto& entry : root.node("packages")) {
        Package package = read_package(file, entry);
        int id = package.id;
        if (!portal.packages.emplace(id, std::move(package)).second) {
            root.fail(entry, "package " + std::to_string(id) + " stands here twice");
        }
    }
    check_references(portal, root);
    return portal;
}

void use_postback_set(Portal& portal, const std::string& name) {
    if (!portal.postback_sets.count(name)) {
        throw std::runtime_error("--postbacks " + name + ": the portal has no such postback set");
    }
    for (auto& [id, package] : portal.packages)
        package.postback_set = name;
}

} // namespace sandbox
