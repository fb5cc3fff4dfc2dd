// Tables of names, and how the rest of a customer is made of them.
#include "people.hpp"

namespace segpay::bench {

namespace {

constexpr std::array<std::string_view, 20> kFirstNames = {
    "John",    "Emily",    "Robert",      "Linda",    "Patrick", "Jos\u00E9", "Hans-Peter",
    "Michael", "Jennifer", "Zo\u00EB",    "William",  "David",   "Barbara",   "Fran\u00E7ois",
    "Richard", "Susan",    "J\u00FCrgen", "Mary Ann", "Joseph",  "Anna"};
constexpr std::array<std::string_view, 20> kLastNames = {
    "Smith",  "Johnson", "O'Neill",       "Garcia Marquez", "Williams",     "M\u00FCller",
    "Brown",  "Jones",   "Saint-Exupery", "Miller",         "van der Berg", "Davis",
    "Wilson", "Lefevre", "Kowalski",      "Anderson",       "Taylor",       "Dvo\u0159\u00E1k",
    "Thomas", "Jackson"};
constexpr std::array<std::string_view, 12> kWords = {"happy", "night", "silver", "lucky",
                                                     "blue",  "tiger", "rocket", "moon",
                                                     "sunny", "storm", "dragon", "river"};
constexpr std::array<std::string_view, 6> kMailHosts = {"example.com",      "example.net",
                                                        "mail.example.org", "example.co.uk",
                                                        "post.example.de",  "example.com"};
constexpr std::array<std::string_view, 8> kCountries = {"US", "US", "US", "GB",
                                                        "DE", "FR", "CA", "AU"};
constexpr std::array<std::string_view, 8> kPasswordEnds = {"", "", "", "!", "&1", "#x", "+7", "%"};

} // namespace

std::uint64_t Dice::roll() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

std::string Dice::text(std::size_t size, std::string_view alphabet) {
    std::string text;
    while (text.size() < size)
        text += alphabet[below(alphabet.size())];
    return text;
}

Person next_person(Dice& dice) {
    Person person;
    person.first_name = dice.one_of(kFirstNames);
    person.last_name = dice.one_of(kLastNames);
    person.country = dice.one_of(kCountries);
    person.username = std::string(dice.one_of(kWords)) + dice.text(3, kDigits);
    person.password = std::string(dice.one_of(kWords)) + dice.text(2, kDigits) +
                      std::string(dice.one_of(kPasswordEnds));
    person.email = person.username + "@" + std::string(dice.one_of(kMailHosts));
    person.member_id = "9" + dice.text(5, kDigits);
    person.session = dice.text(32, kLowerHex);
    person.affiliate = "MTAw" + dice.text(20, kBase64);
    return person;
}

} // namespace segpay::bench
