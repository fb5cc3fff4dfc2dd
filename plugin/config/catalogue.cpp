// What is sold: sites, join options with their prices, cross sells and upsells, and their
// references to each other.
#include "config/build.hpp"
#include "config/nearest.hpp"
#include "config/price.hpp"
#include "config/reading.hpp"
#include "values/digits.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace segpay {

namespace {

// The ids or refs of one list, for "is it unique" and "does it exist".
class Names {
public:
    explicit Names(std::string noun) : noun_(std::move(noun)) {}

    void add(const YamlNode& map, std::string_view key, Problems& problems) {
        const YamlNode* name = text_node(map, key);
        if (!name) {
            is_complete_ = false;
            return;
        }
        const auto [first, is_new] = lines_.emplace(name->text, name->place.line);
        if (!is_new)
            problems.add(name->place, "duplicate " + noun_ + " " + shown(*name) +
                                          "; the first is in line " +
                                          std::to_string(first->second));
    }

    // Checks a reference to one of them. Reports nothing when one of them has no readable name: it
    // may be the one that is meant.
    void check(const YamlNode& reference, Problems& problems) const {
        if (!reference.is(YamlNode::Kind::text) || !is_complete_) return;
        if (lines_.contains(reference.text)) return;
        std::vector<std::string> known;
        for (const auto& [name, line] : lines_)
            known.push_back(name);
        problems.add(reference.place, "there is no " + noun_ + " " + shown(reference) +
                                          did_you_mean(reference.text, known));
    }

    void check(const YamlNode& map, std::string_view key, Problems& problems) const {
        if (const YamlNode* reference = text_node(map, key)) check(*reference, problems);
    }

    void set_incomplete() { is_complete_ = false; }

private:
    std::string noun_;
    std::map<std::string, int> lines_;
    bool is_complete_ = true;
};

class CatalogueReader {
public:
    CatalogueReader(const YamlNode& root, Config& config, Problems& problems)
        : root_(root), config_(config), problems_(problems) {}

    void read() {
        for (const YamlNode& site : maps("sites", sites_))
            read_site(site);
        config_.index(); // each option finds its site
        for (const YamlNode& option : maps("options", options_))
            read_option(option);
        for (const YamlNode& offer : maps("cross_sells", cross_sells_))
            config_.cross_sells.push_back(read_offer(offer, cross_sells_));
        config_.index(); // upsells find their options, and options their cross sells
        for (const YamlNode& offer : maps("upsells", upsells_)) {
            config_.upsells.push_back(read_offer(offer, upsells_));
            check_upsell(offer, config_.upsells.back());
        }
        for (const YamlNode& option : list_items(root_, "options"))
            check_cross_sells(option);
        check_test_packages();
    }

private:
    // The entries of a list. If the list is absent or no list, the names in it are not known.
    const std::vector<YamlNode>& maps(std::string_view key, Names& names) {
        const MapEntry* entry = root_.entry(key);
        const bool is_required = key == "sites" || key == "options";
        if (entry ? !entry->value.is(YamlNode::Kind::list) : is_required || !is_missing(root_, key))
            names.set_incomplete();
        return list_items(root_, key);
    }

    void read_site(const YamlNode& map) {
        sites_.add(map, "id", problems_);
        Site site;
        site.id = read_text(map, "id");
        site.name = read_text(map, "name");
        if (read_text(map, "type") == "token") site.type = Site::Type::token;
        site.package = read_number(map, "package");
        if (is_missing(map, "package")) without_package_.insert(site.id);
        if (const YamlNode* page = map_node(map, "pay_page"))
            site.pay_page = read_page_style(*page, &config_.pay_page, problems_);
        config_.sites.push_back(std::move(site));
    }

    void read_option(const YamlNode& map) {
        options_.add(map, "id", problems_);
        sites_.check(map, "site", problems_);
        JoinOption option;
        option.id = read_text(map, "id");
        option.site = read_text(map, "site");
        option.name = read_text(map, "name");
        option.is_trial = read_flag(map, "trial");
        option.has_one_click = read_flag(map, "one_click");
        option.has_token_rebuy = read_flag(map, "token_rebuy");
        option.tokens = read_small_number(map, "tokens", 0);
        const Site* site = config_.site(option.site);
        option.eticket = read_eticket(map, site);
        if (site) check_tokens(map, *site);
        if (const YamlNode* price = map_node(map, "price"))
            option.price = read_price(*price, problems_);
        if (const YamlNode* page = map_node(map, "pay_page")) {
            const PageStyle next = style_under(site);
            option.pay_page = read_page_style(*page, &next, problems_);
        }
        if (option.has_one_click && !can_be_one_click(option))
            problems_.add(text_node(map, "one_click")->place,
                          "a price of type delayed_capture cannot be bought with one click");
        for (const YamlNode& ref : list_items(map, "cross_sells"))
            option.cross_sells.push_back(ref.text);
        config_.options.push_back(std::move(option));
    }

    // Processing API 2.0: "One-clicks cannot be used with Delayed Capture price points."
    static bool can_be_one_click(const JoinOption& option) {
        return option.price.type != Price::Type::delayed_capture;
    }

    // The links that apply where an option of the site has none of its own.
    PageStyle style_under(const Site* site) const {
        PageStyle style = config_.pay_page;
        if (!site || !site->pay_page) return style;
        if (style.approve_url.empty()) style.approve_url = site->pay_page->approve_url;
        if (style.decline_url.empty()) style.decline_url = site->pay_page->decline_url;
        return style;
    }

    ETicket read_eticket(const YamlNode& map, const Site* site) {
        if (is_missing(map, "eticket") && is_missing(map, "price_point"))
            problems_.add(map.place,
                          "the option needs \"eticket\", or \"price_point\" and a "
                          "package at its site");
        ETicket eticket;
        const YamlNode* node = text_node(map, "eticket");
        if (node) {
            eticket = read_whole_eticket(*node);
        } else if (!map.entry("eticket") && site) {
            node = text_node(map, "price_point");
            const std::uint64_t price_point = read_number(map, "price_point");
            if (price_point != 0) eticket = {site->package, price_point};
            if (node && without_package_.contains(site->id))
                problems_.add(node->place, "\"price_point\" needs a package, and site " +
                                               shown(site->id) +
                                               " has none; add \"package\" there, or write "
                                               "\"eticket\" here");
        }
        if (!eticket.is_none()) claim(eticket, node->place);
        return eticket;
    }

    ETicket read_whole_eticket(const YamlNode& node) {
        const Result<ETicket> eticket = parse_eticket(node.text);
        if (eticket) return *eticket;
        problems_.add(node.place, node.reference.empty()
                                      ? eticket.error()
                                      : "eticket " + shown(node) + " is not package:pricepoint");
        return {};
    }

    void claim(const ETicket& eticket, Place place) {
        const auto [first, is_new] = lines_of_etickets_.emplace(eticket, place.line);
        if (is_new) return;
        problems_.add(
            place, "eticket " + shown(to_string(eticket)) + " is already the option's in line " +
                       std::to_string(first->second) + "; a postback could not tell the two apart");
    }

    void check_tokens(const YamlNode& map, const Site& site) {
        if (site.type == Site::Type::token) return;
        for (const std::string_view key : {"tokens", "token_rebuy"}) {
            const YamlNode* node = text_node(map, key);
            if (node && node->text != "false")
                problems_.add(map.entry(key)->place, shown(key) + " is for token sites, and site " +
                                                         shown(site.id) + " is none");
        }
    }

    Offer read_offer(const YamlNode& map, Names& names) {
        names.add(map, "ref", problems_);
        options_.check(map, "option", problems_);
        Offer offer{read_text(map, "ref"), {}, read_text(map, "program"), {}, {}};
        read_seller(map, offer);
        for (const YamlNode& site : list_items(map, "from_sites")) {
            sites_.check(site, problems_);
            offer.from_sites.push_back(site.text);
        }
        if (offer.is_made_elsewhere() && map.entry("from_sites"))
            problems_.add(map.entry("from_sites")->place,
                          "\"from_sites\" are sites of yours, and this is offered to members of "
                          "the partner's sites");
        return offer;
    }

    // The seller: this account with an option, or the partner with its eTicket.
    void read_seller(const YamlNode& map, Offer& offer) {
        const YamlNode* partner = map_node(map, "partner");
        const bool has_eticket = partner && !is_missing(*partner, "eticket");
        const bool is_unclear = !partner && !is_missing(map, "partner");
        if (partner) offer.partner = read_partner(*partner);
        if (!has_eticket) offer.option = read_text(map, "option");

        if (map.entry("option") && partner && partner->entry("eticket"))
            problems_.add(partner->entry("eticket")->place,
                          "the offer has an \"option\" of yours and an \"eticket\" of the partner; "
                          "keep the one that is sold");
        if (!has_eticket && !is_unclear && is_missing(map, "option"))
            problems_.add(map.place,
                          "the offer needs \"option\", or \"partner\" with the \"eticket\" "
                          "that the partner sells");
    }

    // NATS integration guide, "Setting Up a Cross Sale with a Merchant Partner" and "Segpay
    // Merchant-to-Merchant Upsell".
    Partner read_partner(const YamlNode& map) {
        Partner partner{read_merchant_id(map, problems_), read_text(map, "name"), {}};
        const YamlNode* merchant = text_node(map, "merchant_id");
        if (merchant && !config_.merchant_id.empty() && !partner.merchant_id.empty() &&
            without_leading_zeros(partner.merchant_id) ==
                without_leading_zeros(config_.merchant_id))
            problems_.add(merchant->place, "merchant " + shown(*merchant) +
                                               " is this account, and a partner is another one");
        const YamlNode* eticket = text_node(map, "eticket");
        if (!eticket) return partner;
        partner.eticket = read_whole_eticket(*eticket);
        const auto own = lines_of_etickets_.find(partner.eticket);
        if (own != lines_of_etickets_.end())
            problems_.add(eticket->place, "eticket " + shown(to_string(partner.eticket)) +
                                              " is the option's in line " +
                                              std::to_string(own->second) +
                                              ", so it is not the partner's; write \"option\" for "
                                              "what you sell yourself");
        return partner;
    }

    void check_cross_sells(const YamlNode& option) {
        std::set<std::string> offered;
        for (const YamlNode& ref : list_items(option, "cross_sells")) {
            cross_sells_.check(ref, problems_);
            if (!ref.is(YamlNode::Kind::text)) continue;
            const Offer* offer = config_.cross_sell(ref.text);
            if (offer && offer->is_made_elsewhere())
                problems_.add(ref.place, "cross sell " + shown(ref) +
                                             " stands on join forms of the partner, so none "
                                             "of yours can offer it");
            if (!offered.insert(ref.text).second)
                problems_.add(ref.place, "cross sell " + shown(ref) + " is offered twice");
        }
    }

    // An upsell is bought with one click.
    void check_upsell(const YamlNode& map, const Offer& offer) {
        const JoinOption* option = config_.option(offer.option);
        if (option && !can_be_one_click(*option))
            problems_.add(text_node(map, "option")->place,
                          "option " + shown(option->id) +
                              " has a price of type delayed_capture, which cannot be bought with "
                              "one click, as upsells are");
    }

    // Reports nothing when one of the packages could not be read: it may be the one that is meant.
    void check_test_packages() {
        const YamlNode* account = map_node(root_, "account");
        if (!account) return;
        std::set<std::uint64_t> known, listed;
        for (const Site& site : config_.sites)
            known.insert(site.package);
        for (const JoinOption& option : config_.options)
            known.insert(option.eticket.package);
        if (known.erase(0) != 0 && !is_every_package_read()) known.clear();
        for (const YamlNode& package : list_items(*account, "test_packages")) {
            const std::uint64_t number = number_of(package);
            if (number == 0) continue; // reported by the schema check
            if (!known.empty() && !known.contains(number))
                problems_.add(package.place, "no site and no option has package " + shown(package) +
                                                 did_you_mean(package.text, texts_of(known)));
            if (!listed.insert(number).second)
                problems_.add(package.place, "package " + shown(package) + " is there twice");
        }
    }

    bool is_every_package_read() const {
        return std::none_of(config_.options.begin(), config_.options.end(),
                            [](const JoinOption& option) { return option.eticket.is_none(); });
    }

    static std::vector<std::string> texts_of(const std::set<std::uint64_t>& numbers) {
        std::vector<std::string> texts;
        for (const std::uint64_t number : numbers)
            texts.push_back(std::to_string(number));
        return texts;
    }

    const YamlNode& root_;
    Config& config_;
    Problems& problems_;
    Names sites_{"site"};
    Names options_{"option"};
    Names cross_sells_{"cross sell"};
    Names upsells_{"upsell"};
    std::set<std::string> without_package_; // ids of sites
    std::map<ETicket, int> lines_of_etickets_;
};

} // namespace

void read_catalogue(const YamlNode& root, Config& config, Problems& problems) {
    CatalogueReader(root, config, problems).read();
}

} // namespace segpay
