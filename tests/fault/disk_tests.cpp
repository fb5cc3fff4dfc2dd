// What a power cut may leave of a file: all synced bytes, and any of the other sectors.
#include "fault/disk.hpp"

#include <algorithm>
#include <string>

#include <boost/test/unit_test.hpp>

using segpay::fault::Dice;
using segpay::fault::DiskFile;
using segpay::fault::kSectorBytes;

namespace {

constexpr std::uint64_t kCuts = 500;
const std::string kOld(4 * kSectorBytes, 'o');

DiskFile synced_file() {
    DiskFile file;
    file.write(0, kOld);
    file.sync();
    return file;
}

// Calls `look` with the bytes that many cuts leave of a synced file with `change`.
template <class Make, class Look>
void after_cuts(const Make& change, const Look& look) {
    for (std::uint64_t seed = 0; seed < kCuts; ++seed) {
        DiskFile file = synced_file();
        change(file);
        Dice dice(seed);
        file.cut_power(dice);
        look(file.bytes());
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(disk_tests)

BOOST_AUTO_TEST_CASE(what_was_synced_stays) {
    after_cuts([](DiskFile&) {}, [](const std::string& bytes) { BOOST_TEST(bytes == kOld); });
}

BOOST_AUTO_TEST_CASE(a_write_that_the_power_stops_at_once_changes_nothing) {
    after_cuts([](DiskFile& file) { file.write(kSectorBytes, {}); },
               [](const std::string& bytes) { BOOST_TEST(bytes == kOld); });
}

BOOST_AUTO_TEST_CASE(a_write_that_was_not_synced_is_kept_lost_or_torn_and_nothing_beside_it) {
    bool was_kept = false, was_lost = false, was_torn = false;
    const std::string fresh(kSectorBytes, 'f');
    after_cuts([&](DiskFile& file) { file.write(kSectorBytes, fresh); },
               [&](const std::string& bytes) {
                   BOOST_TEST(bytes.size() == kOld.size());
                   BOOST_TEST(bytes.substr(0, kSectorBytes) == kOld.substr(0, kSectorBytes));
                   BOOST_TEST(bytes.substr(2 * kSectorBytes) == kOld.substr(2 * kSectorBytes));
                   const std::string sector = bytes.substr(kSectorBytes, kSectorBytes);
                   const std::size_t arrived =
                       std::min(sector.find_first_not_of('f'), sector.size());
                   BOOST_TEST(sector.substr(arrived) == std::string(kSectorBytes - arrived, 'o'));
                   was_kept |= arrived == kSectorBytes;
                   was_lost |= arrived == 0;
                   was_torn |= arrived != 0 && arrived != kSectorBytes;
               });
    BOOST_TEST(was_kept);
    BOOST_TEST(was_lost);
    BOOST_TEST(was_torn);
}

BOOST_AUTO_TEST_CASE(an_end_that_was_not_synced_may_be_either_and_shows_nothing_but_zeros) {
    bool was_cut = false, was_not = false;
    after_cuts([](DiskFile& file) { file.resize(kSectorBytes); },
               [&](const std::string& bytes) {
                   BOOST_TEST((bytes.size() == kSectorBytes || bytes.size() == kOld.size()));
                   BOOST_TEST(bytes.substr(0, kSectorBytes) == kOld.substr(0, kSectorBytes));
                   const std::string rest = bytes.substr(kSectorBytes);
                   BOOST_TEST((rest == std::string(rest.size(), 'o') ||
                               rest == std::string(rest.size(), '\0')));
                   was_cut |= bytes.size() == kSectorBytes;
                   was_not |= bytes.size() == kOld.size();
               });
    BOOST_TEST(was_cut);
    BOOST_TEST(was_not);
}

BOOST_AUTO_TEST_SUITE_END()
