// Catalogue file to tables, and tables to values.
#include "catalogue.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <fstream>
#include <stdexcept>

namespace nats_host {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string required_text(const Object& entry, const std::string& key, const std::string& where) {
    if (!entry.has(key)) throw std::runtime_error(where + ": \"" + key + "\" is missing");
    return entry.getValue<std::string>(key);
}

void store_site(Connection& db, const Object& entry, const std::string& where) {
    db.execute(
        "INSERT INTO sites (id, name, type) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, type = excluded.type",
        required_text(entry, "id", where), required_text(entry, "name", where),
        entry.optValue<std::string>("type", "membership"));
}

void store_option(Connection& db, const Object& entry, int position, const std::string& where) {
    const std::string site = required_text(entry, "site", where);
    if (!has_site(db, site))
        throw std::runtime_error(where + ": site \"" + site + "\" is not in the catalogue");
    db.execute(
        "INSERT INTO join_options (id, site, position, name, price, initial_days, recurring_days,"
        " tokens, chooses_price) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT (id) DO UPDATE SET site = excluded.site, position = excluded.position,"
        " name = excluded.name, price = excluded.price, initial_days = excluded.initial_days,"
        " recurring_days = excluded.recurring_days, tokens = excluded.tokens,"
        " chooses_price = excluded.chooses_price",
        required_text(entry, "id", where), site, position, required_text(entry, "name", where),
        required_text(entry, "price", where), entry.optValue<int>("initial_days", 0),
        entry.optValue<int>("recurring_days", 0), entry.optValue<int>("tokens", 0),
        entry.optValue<bool>("chooses_price", false));
}

// Calls `store(entry, position, where)` for each object of the array `key`.
template <class Store>
void for_each_entry(const Object& catalogue, const std::string& file, const std::string& key,
                    Store store) {
    const Array::Ptr entries = catalogue.getArray(key);
    if (!entries) throw std::runtime_error(file + ": \"" + key + "\" is missing; it is a list");
    for (unsigned i = 0; i < entries->size(); ++i) {
        const std::string where = file + ": " + key + "[" + std::to_string(i) + "]";
        const Object::Ptr entry = entries->getObject(i);
        if (!entry) throw std::runtime_error(where + " is no object");
        store(*entry, static_cast<int>(i), where);
    }
}

#define SELECT_OPTION "SELECT id, site, name, price, chooses_price FROM join_options "

JoinOption option_from(const Rows& rows) {
    JoinOption option;
    option.id = rows.text(0);
    option.site = rows.text(1);
    option.name = rows.text(2);
    option.price = rows.text(3);
    option.chooses_price = rows.integer(4) != 0;
    return option;
}

} // namespace

void load_catalogue(Database& database, const std::string& file) {
    std::ifstream stream(file);
    if (!stream) throw std::runtime_error(file + ": cannot be read");
    try {
        const auto catalogue = Poco::JSON::Parser().parse(stream).extract<Object::Ptr>();
        database.write([&](Connection& db) {
            for_each_entry(*catalogue, file, "sites",
                           [&](const Object& entry, int, const std::string& where) {
                               store_site(db, entry, where);
                           });
            for_each_entry(*catalogue, file, "options",
                           [&](const Object& entry, int position, const std::string& where) {
                               store_option(db, entry, position, where);
                           });
        });
    } catch (const Poco::Exception& failure) {
        throw std::runtime_error(file + ": is no catalogue: " + failure.displayText());
    }
}

std::vector<Site> all_sites(Connection& db) {
    std::vector<Site> sites;
    Rows rows = db.query("SELECT id, name, type FROM sites ORDER BY id");
    while (rows.next())
        sites.push_back({rows.text(0), rows.text(1), rows.text(2)});
    return sites;
}

std::vector<JoinOption> all_options(Connection& db) {
    std::vector<JoinOption> options;
    Rows rows = db.query(SELECT_OPTION "ORDER BY site, position");
    while (rows.next())
        options.push_back(option_from(rows));
    return options;
}

std::optional<JoinOption> find_option(Connection& db, std::string_view id) {
    Rows rows = db.query(SELECT_OPTION "WHERE id = ?1", id);
    if (!rows.next()) return std::nullopt;
    return option_from(rows);
}

std::optional<Terms> terms_of_option(Connection& db, std::string_view id) {
    Rows rows =
        db.query("SELECT initial_days, recurring_days, tokens FROM join_options WHERE id = ?1", id);
    if (!rows.next()) return std::nullopt;
    return Terms{.initial_days = rows.integer(0),
                 .recurring_days = rows.integer(1),
                 .tokens = rows.integer(2)};
}

bool has_site(Connection& db, std::string_view id) {
    return db.query("SELECT 1 FROM sites WHERE id = ?1", id).next();
}

} // namespace nats_host
