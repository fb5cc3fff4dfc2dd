// The adjustable clock, and times in the formats of postbacks and of the API.
#include "clock.hpp"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormatter.h>

namespace sandbox {

void Clock::turn_to(Timestamp moment) {
    Timestamp::TimeDiff wanted = moment - Timestamp();
    Timestamp::TimeDiff seen = offset_.load();
    while (wanted > seen && !offset_.compare_exchange_weak(seen, wanted)) {
    }
}

std::string segpay_time(Timestamp at) {
    Poco::DateTime date(at);
    return std::to_string(date.month()) + "/" + std::to_string(date.day()) + "/" +
           std::to_string(date.year()) + " " + std::to_string(date.hourAMPM()) +
           Poco::DateTimeFormatter::format(date, ":%M:%S %A (GMT STANDARD TIME)");
}

std::string segpay_date(Timestamp at) {
    return Poco::DateTimeFormatter::format(Poco::DateTime(at), "%m/%d/%Y");
}

std::string iso_time(Timestamp at) {
    return Poco::DateTimeFormatter::format(Poco::DateTime(at), "%Y-%m-%dT%H:%M:%SZ");
}

} // namespace sandbox
