// The seal: genuine, forged in each single fact, expired, malformed, and under rotated keys.
#include "wire/seal.hpp"

#include "fixtures.hpp"

#include <array>
#include <set>

using namespace segpay;
using namespace segpay::testing;

namespace {

const std::array kKeys = {HmacKey("first key of the tests"), HmacKey("second key of the tests")};
constexpr TimeMs kMaxAge = 30 * kDay;

SealedFacts facts() {
    SealedFacts facts;
    facts.package = 162209;
    facts.option = "101";
    facts.member_id = "908172";
    facts.session = "0123456789abcdef0123456789abcdef";
    facts.affiliate = "aff";
    facts.xref1 = "XS-8-301";
    facts.xref2 = "XS-9-201";
    facts.upsell = "UP-8-301";
    facts.tokenplus = "50";
    facts.octoken = "26346680";
    return facts;
}

// A seal as the header defines it: the time, and the first 16 bytes of the HMAC over it and the
// facts, each behind its length, in base32.
std::string plain_seal(const HmacKey& key, const SealedFacts& about, TimeMs now) {
    const auto time_s = static_cast<std::uint32_t>(now / 1000);
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes += static_cast<char>(time_s >> shift);
    std::string message = bytes;
    const auto add = [&](std::string_view fact) {
        message += std::to_string(fact.size()) + ":" + std::string(fact);
    };
    add(std::to_string(about.package));
    for (std::string_view fact :
         {about.option, about.member_id, about.session, about.affiliate, about.xref1, about.xref2,
          about.upsell, about.tokenplus, about.octoken})
        add(fact);
    const Mac mac = key.mac(message);
    bytes.append(mac.begin(), mac.begin() + 16);

    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char byte : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(byte);
        for (count += 8; count >= 5; count -= 5)
            text += "abcdefghijklmnopqrstuvwxyz234567"[(bits >> (count - 5)) & 31];
    }
    return text;
}

SealVerdict verdict(std::string_view seal, const SealedFacts& about, TimeMs now = kStart) {
    return check_seal(seal, kKeys, about, now, kMaxAge);
}

} // namespace

BOOST_AUTO_TEST_SUITE(seal_tests)

BOOST_AUTO_TEST_CASE(a_genuine_seal_is_32_characters_and_good) {
    const std::string seal(make_seal(kKeys[0], facts(), kStart));
    BOOST_TEST(seal.size() == 32u);
    BOOST_TEST(seal.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string::npos);
    BOOST_TEST((verdict(seal, facts()) == SealVerdict::good));
    BOOST_TEST(make_seal(kKeys[0], facts(), kStart).view() == seal); // nothing random in it
}

BOOST_AUTO_TEST_CASE(each_single_fact_is_sealed) {
    const std::string seal(make_seal(kKeys[0], facts(), kStart));
    SealedFacts other = facts();
    other.package = 162210;
    BOOST_TEST((verdict(seal, other) == SealVerdict::forged));
    for (std::string_view SealedFacts::*fact :
         {&SealedFacts::option, &SealedFacts::member_id, &SealedFacts::session,
          &SealedFacts::affiliate, &SealedFacts::xref1, &SealedFacts::xref2, &SealedFacts::upsell,
          &SealedFacts::tokenplus, &SealedFacts::octoken}) {
        for (std::string_view value : {"other", ""}) {
            other = facts();
            other.*fact = value;
            BOOST_TEST_CONTEXT(facts().*fact << " became " << value)
            BOOST_TEST((verdict(seal, other) == SealVerdict::forged));
        }
    }
}

BOOST_AUTO_TEST_CASE(no_text_flows_from_one_fact_into_the_next) {
    SealedFacts one;
    one.member_id = "ab";
    one.session = "c";
    SealedFacts two;
    two.member_id = "a";
    two.session = "bc";
    SealedFacts three;
    three.session = "abc";
    SealedFacts four;
    four.member_id = "abc";
    SealedFacts sly; // contains a boundary itself
    sly.member_id = "ab1:c";
    std::set<std::string> seals;
    for (const SealedFacts& each : {one, two, three, four, sly})
        seals.insert(std::string(make_seal(kKeys[0], each, kStart)));
    BOOST_TEST(seals.size() == 5u);
}

BOOST_AUTO_TEST_CASE(every_character_counts) {
    const std::string seal(make_seal(kKeys[0], facts(), kStart));
    for (std::size_t i = 0; i < seal.size(); ++i) {
        std::string other = seal;
        other[i] = seal[i] == 'a' ? 'b' : 'a';
        BOOST_TEST_CONTEXT("character " << i)
        BOOST_TEST((verdict(other, facts()) == SealVerdict::forged));
    }
}

BOOST_AUTO_TEST_CASE(a_seal_expires_and_cannot_come_from_the_future) {
    const std::string seal(make_seal(kKeys[0], facts(), kStart));
    BOOST_TEST((verdict(seal, facts(), kStart + kMaxAge) == SealVerdict::good));
    BOOST_TEST((verdict(seal, facts(), kStart + kMaxAge + kSecond) == SealVerdict::expired));
    // Front ends' clocks may differ by a few minutes.
    BOOST_TEST((verdict(seal, facts(), kStart - 4 * 60 * kSecond) == SealVerdict::good));
    BOOST_TEST((verdict(seal, facts(), kStart - 6 * 60 * kSecond) == SealVerdict::early));
}

BOOST_AUTO_TEST_CASE(what_is_no_seal_is_malformed) {
    const std::string seal(make_seal(kKeys[0], facts(), kStart));
    std::string upper = seal;
    upper[31] = 'A';
    for (const std::string& text :
         {std::string(), std::string("x"), seal.substr(1), seal + "a", upper, std::string(32, '0'),
          std::string(32, '='), std::string(32, ' ')})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST((verdict(text, facts()) == SealVerdict::malformed));
}

BOOST_AUTO_TEST_CASE(rotated_keys_still_verify_and_foreign_ones_never) {
    BOOST_TEST((verdict(make_seal(kKeys[1], facts(), kStart), facts()) == SealVerdict::good));
    const HmacKey stranger("somebody else's key");
    BOOST_TEST((verdict(make_seal(stranger, facts(), kStart), facts()) == SealVerdict::forged));
    BOOST_TEST((check_seal(make_seal(kKeys[0], facts(), kStart), {}, facts(), kStart, kMaxAge) ==
                SealVerdict::forged));
}

BOOST_AUTO_TEST_CASE(links_that_are_out_there_keep_their_seals) {
    // Made when there were no extras. It must never change.
    BOOST_TEST(make_seal(kKeys[0], facts(), kStart).view() == "nkytxadxhdzkdwymlwh3i3uke2mjyxgd");
}

// Links in use must stay valid: the form of a length must not change, whatever its digits.
BOOST_AUTO_TEST_CASE(a_fact_of_any_length_is_sealed_behind_its_length) {
    for (std::size_t size = 0; size <= 120; ++size) {
        const std::string text(size, 'x');
        SealedFacts sealed = facts();
        sealed.session = text;
        BOOST_TEST(
            make_seal(kKeys[0], sealed, kStart).view() == plain_seal(kKeys[0], sealed, kStart),
            "a session of " << size << " characters");
    }
}

BOOST_AUTO_TEST_CASE(extras_are_sealed_by_name_value_and_place) {
    const std::array extras = {SealedExtra{"promo", "summer"}, SealedExtra{"ref1", ""}};
    SealedFacts sealed = facts();
    sealed.extras = extras;
    const SealText seal = make_seal(kKeys[0], sealed, kStart);
    BOOST_TEST((verdict(seal, sealed) == SealVerdict::good));
    BOOST_TEST((verdict(seal, facts()) == SealVerdict::forged));
    using Extras = std::array<SealedExtra, 2>;
    for (const Extras& other :
         {Extras{{{"promo", "winter"}, {"ref1", ""}}}, Extras{{{"promo", ""}, {"ref1", ""}}},
          Extras{{{"promo", "summer"}, {"ref1", "added"}}},
          Extras{{{"promo", "summer"}, {"ref2", ""}}}, Extras{{{"ref1", ""}, {"promo", "summer"}}},
          Extras{{{"promosummer", ""}, {"ref1", ""}}}}) {
        sealed.extras = other;
        BOOST_TEST((verdict(seal, sealed) == SealVerdict::forged));
    }
}

BOOST_AUTO_TEST_CASE(facts_of_any_length_are_sealed_to_their_last_byte) {
    for (std::size_t size : {400u, 500u, 511u, 512u, 513u, 1'500u, 8'192u}) {
        const std::string text(size, 'x');
        std::string edited = text;
        edited.back() = 'y';
        SealedFacts sealed = facts();
        sealed.session = text;
        const SealText seal = make_seal(kKeys[0], sealed, kStart);
        BOOST_TEST((verdict(seal, sealed) == SealVerdict::good));
        sealed.session = edited;
        BOOST_TEST((verdict(seal, sealed) == SealVerdict::forged));
    }
}

BOOST_AUTO_TEST_SUITE_END()
