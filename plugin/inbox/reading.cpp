// A stack of idle readings under a lock.
#include "inbox/reading.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace segpay {

namespace {

constexpr std::size_t kMaxIdle = 64; // about as many as a host has threads

} // namespace

void Reading::clear() {
    form.clear();
    said.clear();
    why_partial.clear();
    postback.clear();
    loaded = {};
    translation.clear();
}

Readings::Readings() { idle_.reserve(kMaxIdle); }

std::unique_ptr<Reading> Readings::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            std::unique_ptr<Reading> reading = std::move(idle_.back());
            idle_.pop_back();
            return reading;
        }
    }
    return std::make_unique<Reading>();
}

void Readings::take_back(std::unique_ptr<Reading> reading) noexcept {
    reading->clear(); // no password stays
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMaxIdle) idle_.push_back(std::move(reading));
}

Readings::Borrowed::Borrowed(Readings& all) : all_(all), reading_(all.take()) {
    held_.emplace(
        [](void* owner, std::uint64_t what) noexcept {
            static_cast<Readings*>(owner)->take_back(
                std::unique_ptr<Reading>(reinterpret_cast<Reading*>(what)));
        },
        &all_, reinterpret_cast<std::uintptr_t>(reading_.get()));
}

Readings::Borrowed::~Borrowed() {
    held_.reset();
    all_.take_back(std::move(reading_));
}

} // namespace segpay
