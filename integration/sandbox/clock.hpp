// The sandbox's time: the real one plus the caller's advance.
#pragma once

#include <Poco/Timestamp.h>

#include <atomic>
#include <string>

namespace sandbox {

using Poco::Timestamp;

constexpr Timestamp::TimeDiff kSecond = 1'000'000;
constexpr Timestamp::TimeDiff kMinute = 60 * kSecond;
constexpr Timestamp::TimeDiff kHour = 60 * kMinute;
constexpr Timestamp::TimeDiff kDay = 24 * kHour;

class Clock {
public:
    Timestamp now() const { return Timestamp() + offset_.load(); }
    /// Sets the clock forward to a moment; one that has passed already changes nothing.
    void turn_to(Timestamp moment);
    Timestamp::TimeDiff offset_us() const { return offset_.load(); }

private:
    std::atomic<Timestamp::TimeDiff> offset_{0};
};

/// "7/28/2008 3:38:43 PM (GMT STANDARD TIME)": UTC all year (Processing API 2.0, <transtime>).
std::string segpay_time(Timestamp at);
/// "07/28/2008" (<nextbilldate>, <lastbilldate>).
std::string segpay_date(Timestamp at);
/// "2008-07-28T15:38:43Z".
std::string iso_time(Timestamp at);

} // namespace sandbox
