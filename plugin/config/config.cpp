// Lookups in a Config.
#include "config/config.hpp"

#include <algorithm>

namespace segpay {

std::string to_string(const MysqlServer& server) {
    if (!server.socket.empty()) return server.socket;
    const bool is_ipv6 = server.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

bool Config::is_in_test_mode(std::uint64_t package) const {
    return mode == Mode::test || std::ranges::find(test_packages, package) != test_packages.end();
}

void Config::index() {
    site_index_.build(sites);
    option_index_.build(options);
    eticket_index_.build(options);
    cross_sell_index_.build(cross_sells);
    upsell_index_.build(upsells);
}

const Site* Config::site(std::string_view id) const { return site_index_.find(sites, id); }

const JoinOption* Config::option(std::string_view id) const {
    return option_index_.find(options, id);
}

const JoinOption* Config::option_of(const ETicket& eticket) const {
    if (eticket.is_none()) return nullptr;
    return eticket_index_.find(options, eticket);
}

const Offer* Config::cross_sell(std::string_view ref) const {
    return cross_sell_index_.find(cross_sells, ref);
}

const Offer* Config::upsell(std::string_view ref) const { return upsell_index_.find(upsells, ref); }

} // namespace segpay
