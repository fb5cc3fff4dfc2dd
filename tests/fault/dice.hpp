// Random choices that a seed repeats.
#pragma once

#include <cstdint>
#include <random>

namespace segpay::fault {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    std::uint64_t below(std::uint64_t end) { return end == 0 ? 0 : engine_() % end; }
    bool percent(unsigned chance) { return below(100) < chance; }

private:
    std::mt19937_64 engine_;
};

} // namespace segpay::fault
