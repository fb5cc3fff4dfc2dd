// The warnings, part by part of the configuration.
#include "config/warnings.hpp"

#include "config/ledger_file.hpp"
#include "config/reading.hpp"
#include "config/references.hpp"
#include "values/word.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace segpay {

namespace {

// The value at the end of keys that dots join; null: it is not there.
const YamlNode* value_at(const YamlNode& root, std::string_view path) {
    const YamlNode* node = &root;
    while (node && !path.empty()) {
        const std::size_t end = std::min(path.find('.'), path.size());
        node = node->value(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return node;
}

// A text, or each text of a list.
template <class Visit>
void each_text(const YamlNode* node, Visit visit) {
    if (!node) return;
    if (node->is(YamlNode::Kind::text)) visit(*node);
    for (const YamlNode& item : node->items)
        if (item.is(YamlNode::Kind::text)) visit(item);
}

// --- secrets ------------------------------------------------------------------------------------

constexpr std::size_t kShortSecret = 12; // characters that can still be guessed

// Invisible characters at the ends of a text, as UTF-8: blanks, no-break and zero-width spaces.
constexpr std::array<std::string_view, 11> kBlanks = {
    " ",        "\t",           "\n",           "\r",           "\v",          "\f",
    "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\xAF", "\xE3\x80\x80", "\xEF\xBB\xBF"};

bool has_outer_blank(std::string_view text) {
    return std::any_of(kBlanks.begin(), kBlanks.end(), [&](std::string_view blank) {
        return text.starts_with(blank) || text.ends_with(blank);
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const bool is_blank = c == '\t' || c == '\n' || c == '\r';
        return !is_blank && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F);
    });
}

void warn_of_text(const YamlNode& secret, const std::string& name, bool is_text,
                  Problems& problems) {
    if (secret.reference.empty())
        problems.warn(secret.place, name +
                                        " stands here in plain text; write ${file:PATH} or "
                                        "${env:NAME} and keep it there");
    if (has_outer_blank(secret.text))
        problems.warn(secret.place, name +
                                        " begins or ends with a blank, which counts as part of "
                                        "it; take it away unless it is meant");
    else if (secret.text.find_first_of("\r\n") != std::string::npos)
        problems.warn(secret.place, name + " has several lines, which all count as part of it");
    if (is_text && has_control(secret.text))
        problems.warn(secret.place, name +
                                        " holds a control character, which no client can send; "
                                        "write it anew");
    if (character_count(secret.text) < kShortSecret)
        problems.warn(secret.place, name + " has fewer than " + std::to_string(kShortSecret) +
                                        " characters and can be guessed; take a long random text");
}

// The secret of postbacks is part of URLs that are pasted into the portal.
void warn_of_url(const YamlNode& root, Problems& problems) {
    constexpr std::string_view kSafe =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$'()*,;:@/?=";
    each_text(value_at(root, "postbacks.authenticity.secret.value"), [&](const YamlNode& secret) {
        if (secret.text.find_first_not_of(kSafe) != std::string::npos)
            problems.warn(
                secret.place,
                "\"value\" has characters that a URL must write otherwise (+ as %2B, & as "
                "%26); write them so in the portal, or take letters and digits");
    });
}

void warn_of_readers(const YamlNode& secret, const std::string& name, const std::string& folder,
                     Problems& problems) {
    struct stat file = {};
    const std::string path = referenced_file(secret, folder);
    if (path.empty() || ::stat(path.c_str(), &file) != 0) return;
    if (!(file.st_mode & (S_IROTH | S_IWOTH))) return;
    problems.warn(secret.place, "every user of this machine can read or change the file of " +
                                    name + "; keep others out (chmod 600)");
}

// Repeating a secret does not replace it.
void warn_of_repeats(const YamlNode& list, const std::string& name, Problems& problems) {
    for (std::size_t i = 0; i < list.items.size(); ++i)
        for (std::size_t earlier = 0; earlier < i; ++earlier) {
            const YamlNode& entry = list.items[i];
            if (!entry.is(YamlNode::Kind::text) || entry.text != list.items[earlier].text) continue;
            problems.warn(entry.place, "entry " + std::to_string(i + 1) + " of " + name +
                                           " is the same as entry " + std::to_string(earlier + 1) +
                                           ", which it cannot replace; write another, or take it "
                                           "away");
            break;
        }
}

void warn_of_secrets(const YamlNode& root, bool is_live, const std::string& folder,
                     Problems& problems) {
    for (const std::string_view path : kSecretKeys) {
        const std::string name = shown(path.substr(path.rfind('.') + 1));
        const YamlNode* node = value_at(root, path);
        each_text(node, [&](const YamlNode& secret) {
            warn_of_text(secret, name, !is_of_bytes(path), problems);
            if (is_live) warn_of_readers(secret, name, folder, problems);
        });
        if (node) warn_of_repeats(*node, name, problems);
    }
    warn_of_url(root, problems);
}

// --- addresses ----------------------------------------------------------------------------------

struct SpecialNetwork {
    std::string_view network;
    std::string_view meaning;
    bool is_documentation = false; // else it is near: usable for trials
};

// RFC 5737, 3849 and 9637; RFC 1122, 1918, 3927, 4193, 4291 and 6598.
constexpr std::array<SpecialNetwork, 15> kSpecialNetworks = {{
    {"192.0.2.0/24", "an address of documentation", true},
    {"198.51.100.0/24", "an address of documentation", true},
    {"203.0.113.0/24", "an address of documentation", true},
    {"2001:db8::/32", "an address of documentation", true},
    {"3fff::/20", "an address of documentation", true},
    {"127.0.0.0/8", "this machine"},
    {"::1/128", "this machine"},
    {"0.0.0.0/8", "this machine"},
    {"10.0.0.0/8", "a private address"},
    {"172.16.0.0/12", "a private address"},
    {"192.168.0.0/16", "a private address"},
    {"100.64.0.0/10", "a private address"},
    {"169.254.0.0/16", "a private address"},
    {"fc00::/7", "a private address"},
    {"fe80::/10", "a private address"},
}};

// The one that contains `network`; null: none.
const SpecialNetwork* special(const Network& network) {
    for (const SpecialNetwork& row : kSpecialNetworks) {
        const Network whole = parse_network(row.network).value();
        if (whole.contains(network.base) && whole.prefix <= network.prefix) return &row;
    }
    return nullptr;
}

void warn_of_addresses(const YamlNode& root, bool is_live, Problems& problems) {
    const auto each_network = [&](std::string_view path, auto visit) {
        each_text(value_at(root, path), [&](const YamlNode& node) {
            const Result<Network> network = parse_network(node.text);
            if (const SpecialNetwork* row = network ? special(*network) : nullptr)
                visit(node, *row);
        });
    };
    const auto warn_of_example = [&](const YamlNode& node, const SpecialNetwork& row,
                                     std::string_view advice) {
        if (row.is_documentation)
            problems.warn(node.place, shown(node) + " is " + std::string(row.meaning) +
                                          " that no host has; " + std::string(advice));
    };
    each_network("postbacks.authenticity.trusted_proxies",
                 [&](const YamlNode& node, const SpecialNetwork& row) {
                     warn_of_example(node, row, "write your own proxies here");
                 });
    each_network("postbacks.authenticity.addresses", [&](const YamlNode& node,
                                                         const SpecialNetwork& row) {
        warn_of_example(node, row, "write the addresses that Segpay sends from");
        if (is_live && !row.is_documentation)
            problems.warn(node.place, shown(node) + " is " + std::string(row.meaning) +
                                          ", from which a sandbox sends and Segpay does not; in "
                                          "live mode write Segpay's addresses here, and a proxy of "
                                          "yours under trusted_proxies");
    });
}

// --- links --------------------------------------------------------------------------------------

struct SpecialDomain {
    std::string_view domain;
    bool is_documentation = false; // else it is near, as with networks
};

// RFC 2606, 6761 and 6762.
constexpr std::array<SpecialDomain, 9> kSpecialDomains = {{
    {"localhost"},
    {"local"},
    {"internal"},
    {"test"},
    {"invalid", true},
    {"example", true},
    {"example.com", true},
    {"example.net", true},
    {"example.org", true},
}};

bool is_in_domain(const std::string& host, std::string_view domain) {
    return host == domain ||
           (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

enum class Reach { everywhere, near, nowhere };

Reach reach_of(std::string_view text) {
    std::string host = lower_case(text);
    if (host.ends_with('.')) host.pop_back();
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto reach = [](bool is_documentation) {
        return is_documentation ? Reach::nowhere : Reach::near;
    };
    if (const Result<Network> network = parse_network(host)) {
        const SpecialNetwork* row = special(*network);
        return row ? reach(row->is_documentation) : Reach::everywhere;
    }
    for (const SpecialDomain& row : kSpecialDomains)
        if (is_in_domain(host, row.domain)) return reach(row.is_documentation);
    return Reach::everywhere;
}

void warn_of_web_address(const YamlNode* node, std::string_view key, Problems& problems) {
    if (!node || !node->is(YamlNode::Kind::text)) return;
    try {
        const Poco::URI address(node->text);
        if (reach_of(address.getHost()) != Reach::everywhere)
            problems.warn(node->place, shown(key) + " leads to a sandbox or an example, found " +
                                           shown(*node) + "; in live mode customers go there");
        else if (key == "base_url" && address.getScheme() != "https")
            problems.warn(node->place, shown(key) +
                                           " should begin with https:// in live mode, "
                                           "found " +
                                           shown(*node));
    } catch (const Poco::Exception&) { // reported as a mistake
    }
}

// Checks the account, and each site and option with links of its own.
void warn_of_web_addresses(const YamlNode& root, Problems& problems) {
    const auto check_page = [&](const YamlNode* page) {
        if (!page) return;
        for (const std::string_view key : {"base_url", "approve_url", "decline_url"})
            warn_of_web_address(page->value(key), key, problems);
    };
    check_page(root.value("pay_page"));
    for (const std::string_view list : {"sites", "options"})
        for (const YamlNode& item : list_items(root, list))
            check_page(item.value("pay_page"));
}

// A database may be near, but none is at an example address.
void warn_of_servers(const YamlNode& root, const Config& config, Problems& problems) {
    const YamlNode* servers = value_at(root, "ledger.mysql.servers");
    if (!servers || !config.ledger.mysql) return;
    const std::vector<MysqlServer>& read = config.ledger.mysql->servers;
    for (std::size_t i = 0; i < servers->items.size() && i < read.size(); ++i)
        if (reach_of(read[i].host) == Reach::nowhere)
            problems.warn(servers->items[i].place,
                          "server " + shown(servers->items[i]) +
                              " is an example that no host has; write your own");
}

// --- a live account -----------------------------------------------------------------------------

constexpr ETicket kETicketOfTemplate{162209, 3097}; // config/segpay.yaml

void warn_of_seal(const YamlNode& root, const Seal& seal, Problems& problems) {
    const YamlNode* node = value_at(root, "seal.mode");
    const bool is_wrong = node && node->text != "off" && node->text != "check";
    if (seal.mode == Seal::Mode::require || is_wrong) return;
    if (!node) node = value_at(root, "account.mode");
    problems.warn(
        node->place,
        seal.mode == Seal::Mode::off
            ? "in live mode without a seal, customers can edit what a link says of member "
              "and affiliate; write a seal with mode check, and later require"
            : "in live mode with seal mode \"check\", customers can take the seal away; "
              "write require when every link and every postback URL has it");
}

void warn_of_template(const YamlNode& root, const Config& config, Problems& problems) {
    const std::vector<YamlNode>& items = list_items(root, "options");
    for (std::size_t i = 0; i < items.size() && i < config.options.size(); ++i) {
        if (config.options[i].eticket != kETicketOfTemplate) continue;
        const YamlNode* node = text_node(items[i], "eticket");
        if (!node) node = text_node(items[i], "price_point");
        problems.warn(node ? node->place : items[i].place,
                      "eticket \"" + to_string(kETicketOfTemplate) +
                          "\" is the example's; write your own package and price point");
    }
}

void warn_of_live_mode(const YamlNode& root, const Config& config, Problems& problems) {
    const YamlNode* authenticity = value_at(root, "postbacks.authenticity");
    if (authenticity && config.postbacks.authenticity.is_none)
        problems.warn(authenticity->place,
                      "in live mode with \"authenticity\" none, anyone who "
                      "knows the address can post what looks like a sale");
    warn_of_seal(root, config.seal, problems);
    warn_of_web_addresses(root, problems);
    warn_of_servers(root, config, problems);
    warn_of_template(root, config, problems);
}

// --- the ledger ---------------------------------------------------------------------------------

void warn_of_ledger(const YamlNode& root, const Config& config, Problems& problems) {
    const std::string& path = config.ledger.path;
    if (const YamlNode* node = value_at(root, "ledger.path"); node && !path.empty()) {
        const std::string file = node->reference.empty() ? shown(path) : shown(*node);
        if (path != ":memory:") {
            const std::string obstacle = node->text.starts_with("~/")
                                             ? "~ is no home here; write the whole path"
                                             : obstacle_at(path);
            if (is_of_another_kind(path))
                problems.add(node->place,
                             "ledger " + file +
                                 " is a file that is no SQLite database; name a file of "
                                 "its own, which the ledger makes");
            else if (!obstacle.empty())
                problems.warn(node->place, "ledger " + file + " cannot be opened: " + obstacle);
        } else if (config.mode == Mode::live) {
            problems.warn(node->place, "ledger " + file +
                                           " forgets everything at the end, so that "
                                           "repeats are delivered again; in live mode "
                                           "write a file");
        }
    }
    const YamlNode* authority = value_at(root, "ledger.mysql.tls_ca");
    if (authority && config.ledger.mysql && !config.ledger.mysql->tls_ca.empty() &&
        ::faccessat(AT_FDCWD, config.ledger.mysql->tls_ca.c_str(), R_OK, AT_EACCESS) != 0)
        problems.warn(authority->place, "\"tls_ca\" cannot be read: " + shown(*authority));
}

} // namespace

void warn_of(const YamlNode& root, const Config& config, const std::string& folder, LedgerUse use,
             Problems& problems) {
    const bool is_live = config.mode == Mode::live;
    warn_of_secrets(root, is_live, folder, problems);
    warn_of_addresses(root, is_live, problems);
    if (is_live) warn_of_live_mode(root, config, problems);
    if (use == LedgerUse::configured) warn_of_ledger(root, config, problems);
}

} // namespace segpay
