// The operator's pages: what arrived, what is kept, and the buttons to decide about it. For a
// listener of their own, since they ask for no password. Uses the plugin's ledger through the ABI.
//
// Other web sites must not be able to press the buttons through the operator's browser: every form
// carries a token of this process, the Origin header has to be this host's, and requests under a
// foreign host name (a sign of DNS rebinding) are refused.
#pragma once

#include "database.hpp"
#include "html.hpp"
#include "http.hpp"

#include <biller.hpp>

#include <cstdint>
#include <map>
#include <string>

namespace nats_host {

class OperatorPages {
public:
    struct Settings {
        bool any_host_name = false; // reachable under names other than localhost and addresses
        std::string notice;         // the host's settings, for the overview
    };

    // Database and biller must outlive it.
    OperatorPages(Database& database, biller::Instance& biller, Settings settings);

    HttpResponse answer(const HttpRequest& request);

private:
    HttpResponse overview();
    HttpResponse members(const Form& query);
    HttpResponse member(const std::string& id);
    HttpResponse events(const Form& query);
    HttpResponse kept(const Form& query, const std::string& path);
    HttpResponse decide(const HttpRequest& request);

    std::map<std::string, int> held_by_purchase();
    Html buttons(const biller_entry& entry, const std::string& back, const std::string& by) const;

    Database& database_;
    biller::Instance& biller_;
    Settings settings_;
    std::string form_token_;
};

} // namespace nats_host
