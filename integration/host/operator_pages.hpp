// The operator's pages: what arrived, what is kept, and the buttons to decide about it. For a
// listener of their own, since they ask for no password. Knows the plugin's ledger through the ABI.
//
// Other web sites must not be able to press the buttons through the operator's browser: every form
// carries a token of this process, the Origin header has to be this host's, and requests under a
// foreign host name (which is how DNS rebinding looks) are turned away.
#pragma once

#include "database.hpp"
#include "html.hpp"
#include "http.hpp"

#include <biller.hpp>

#include <cstdint>
#include <string>

namespace nats_host {

class OperatorPages {
public:
    // Database and biller must outlive it. `any_host_name`: the operator wants to reach the pages
    // under names other than localhost and addresses.
    OperatorPages(Database& database, biller::Instance& biller, bool any_host_name);

    HttpResponse answer(const HttpRequest& request);

private:
    HttpResponse overview();
    HttpResponse members(const Form& query);
    HttpResponse member(const std::string& id);
    HttpResponse events(const Form& query);
    HttpResponse kept(const Form& query, const std::string& path);
    HttpResponse decide(const HttpRequest& request);

    Html buttons(const biller_entry& entry, const std::string& back) const;

    Database& database_;
    biller::Instance& biller_;
    bool any_host_name_;
    std::string form_token_;
};

} // namespace nats_host
