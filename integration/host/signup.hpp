// The public pages: a visitor picks a join option, becomes a pending member and is sent to the pay
// page. Uses the biller's link hook, and no events.
#pragma once

#include "catalogue.hpp"
#include "database.hpp"
#include "http.hpp"

#include <biller.hpp>

#include <map>
#include <string>
#include <vector>

namespace nats_host {

class SignUp {
public:
    // `public_url` is how customers reach this host, e.g. "https://join.example.com". Database and
    // biller must outlive it. Asks the biller for a link of each join option, to learn where
    // sign-ups lead; logs those that the biller does not know.
    SignUp(Database& database, biller::Instance& biller, std::string public_url);

    // GET: the form (query: site, option, nats = the visitor's NATS code). POST: a new member, then
    // 302 to the pay page, or the form again with what is wrong; with ?format=json
    // {"member_id":"12","url":"..."} or {"mistakes":{"username":"..."}} with status 422.
    HttpResponse form(const HttpRequest& request) const;

    HttpResponse thanks() const;   // after an approval
    HttpResponse declined() const; // after a decline

private:
    using Mistakes = std::map<std::string, std::string, std::less<>>; // field -> what is wrong

    HttpResponse form_page(const Form& values, const Mistakes& mistakes, int status) const;
    HttpResponse sign_up(const Form& values, bool wants_json) const;
    Mistakes mistakes_in(Connection& db, const Form& values) const;
    std::string pay_page_url(std::int64_t member_id, const std::string& session,
                             const Form& values) const;

    Database& database_;
    biller::Instance& biller_;
    std::string public_url_;
    std::string pay_page_origins_;
};

// The affiliate of a NATS code: the first of the dot-separated numbers that it encodes in base64,
// or the code itself when it is none.
std::string affiliate_of(const std::string& nats_code);

} // namespace nats_host
