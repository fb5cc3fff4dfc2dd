// The places, and the way of an errand through one: idle, posted, (called), taken, answered or
// refused, idle.
//
// A place is occupied by holding its mutex; so it is seen when its owner dies, and it is another's.
// Who takes errands along occupies one too, and what he took names it: so it is seen when he dies.
#include "ledger/sqlite/process_turn.hpp"

#include "ledger/failpoint.hpp"
#include "ledger/futex.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace segpay {

namespace {

constexpr std::string_view kLayout = "SPturn2";
constexpr std::size_t kPlaces = 64;
constexpr std::size_t kRoom = 6'000;       // for an errand: several times that of a usual event
constexpr std::size_t kAnswerRoom = 2'000; // for what is answered to it
// How often somebody who sleeps looks whether he whom he waits for has died. Nothing else needs it.
constexpr std::chrono::milliseconds kLook(10);

} // namespace

enum class ProcessTurn::State : std::uint32_t { idle, posted, called, taken, answered, refused };

struct ProcessTurn::Place {
    RobustMutex owner;
    std::atomic<std::uint32_t> state;
    std::atomic<std::uint32_t> term; // grows with each who occupies it
    std::uint32_t taker;             // while taken: number of his place,
    std::uint32_t takers_term;       // and his term there
    std::uint32_t errand_size;
    std::uint32_t answer_size;
    std::array<char, kRoom> errand;
    std::array<char, kAnswerRoom> answer;

    State stage() const { return static_cast<State>(state.load()); }
    void set(State next) { state.store(static_cast<std::uint32_t>(next)); }
    bool change(State from, State to) {
        auto expected = static_cast<std::uint32_t>(from);
        return state.compare_exchange_strong(expected, static_cast<std::uint32_t>(to));
    }
    bool withdraw() {
        return change(State::posted, State::idle) || change(State::called, State::idle);
    }
    void clear() {
        std::memset(errand.data(), 0, std::min<std::size_t>(errand_size, kRoom));
        std::memset(answer.data(), 0, std::min<std::size_t>(answer_size, kAnswerRoom));
        errand_size = answer_size = 0;
        set(State::idle);
    }
    void end(State how) {
        set(how);
        futex_wake(FutexOf::machine, state);
    }
};

struct ProcessTurn::Shared {
    RobustMutex turn;
    std::atomic<std::uint32_t> meetings;
    std::array<Place, kPlaces> places;
};

ProcessTurn::ProcessTurn(const std::string& path)
    : file_(path, kLayout, sizeof(Shared),
            [](void* memory) {
                auto& fresh = *static_cast<Shared*>(memory);
                fresh.turn.initialise();
                for (Place& place : fresh.places)
                    place.owner.initialise();
            }),
      shared_(static_cast<Shared*>(file_.memory())) {}

// ---- The turn -----------------------------------------------------------------------------------

bool ProcessTurn::try_take() {
    return shared_ && shared_->turn.try_lock() != RobustMutex::Lock::busy;
}

bool ProcessTurn::take(std::chrono::milliseconds at_most) {
    return shared_ && shared_->turn.lock(at_most) != RobustMutex::Lock::busy;
}

// Who gives back looks for posts after it, and who posts looks for the turn after it. Both pass
// through `meetings` in between, so whoever comes second sees what the first has done.
void ProcessTurn::give_back() {
    shared_->turn.unlock();
    ++shared_->meetings;
    for (Place& place : shared_->places)
        if (place.change(State::posted, State::called))
            return futex_wake(FutexOf::machine, place.state);
}

// ---- A place ------------------------------------------------------------------------------------

std::optional<std::size_t> ProcessTurn::occupy() {
    if (!shared_) return std::nullopt;
    const std::size_t first = last_place_;
    for (std::size_t i = 0; i < kPlaces; ++i) {
        const std::size_t number = (first + i) % kPlaces;
        Place& place = shared_->places[number];
        if (place.owner.try_lock() == RobustMutex::Lock::busy) continue;
        if (is_free(place)) {
            ++place.term;
            last_place_ = number;
            return number;
        }
        place.owner.unlock();
    }
    return std::nullopt;
}

// Of a place whose mutex is ours: whether nobody is still about to answer whoever had it before.
bool ProcessTurn::is_free(Place& place) {
    (void)place.withdraw();
    if (place.stage() == State::taken && is_taker_alive(place)) return false;
    place.clear();
    return true;
}

void ProcessTurn::vacate(std::size_t number) { shared_->places[number].owner.unlock(); }

// Whoever took what is in the place holds his own until he has answered.
bool ProcessTurn::is_taker_alive(const Place& place) {
    Place& his = shared_->places[place.taker % kPlaces];
    if (his.term != place.takers_term) return false;
    if (his.owner.try_lock() == RobustMutex::Lock::busy) return his.term == place.takers_term;
    his.owner.unlock();
    return false;
}

// ---- Leaving an errand --------------------------------------------------------------------------

ProcessTurn::Left ProcessTurn::leave(std::string_view errand, std::string& answer,
                                     std::chrono::milliseconds at_most) {
    const std::optional<std::size_t> number = errand.size() <= kRoom ? occupy() : std::nullopt;
    if (!number) return take(at_most) ? Left::ours : Left::nothing;
    Place& place = shared_->places[*number];
    errand.copy(place.errand.data(), errand.size());
    place.errand_size = static_cast<std::uint32_t>(errand.size());
    place.set(State::posted);
    SEGPAY_FAILPOINT("errand.left");
    const Left left = wait_in(place, answer, std::chrono::steady_clock::now() + at_most);
    if (left != Left::unknown) place.clear();
    vacate(*number);
    return left;
}

ProcessTurn::Left ProcessTurn::wait_in(Place& place, std::string& answer,
                                       std::chrono::steady_clock::time_point until) {
    for (;;) {
        ++shared_->meetings;
        if (try_take()) {
            if (place.withdraw()) return Left::ours;
            give_back(); // somebody took it along, and is done with his turn
        }
        if (const std::optional<Left> left = sleep_in(place, answer)) return *left;
        if (std::chrono::steady_clock::now() < until) continue;
        if (place.withdraw()) return Left::nothing;
        return place.stage() == State::taken ? Left::unknown : sleep_in(place, answer).value();
    }
}

std::optional<ProcessTurn::Left> ProcessTurn::sleep_in(Place& place, std::string& answer) {
    for (;;) {
        const State state = place.stage();
        if (state == State::answered) {
            answer.assign(place.answer.data(),
                          std::min<std::size_t>(place.answer_size, kAnswerRoom));
            return Left::answered;
        }
        if (state == State::refused) return Left::nothing;
        if (state == State::called) {
            (void)place.change(State::called, State::posted); // to be called again
            return std::nullopt;
        }
        futex_sleep_at_most(FutexOf::machine, place.state, static_cast<std::uint32_t>(state),
                            kLook);
        if (place.stage() != state) continue;
        if (state == State::taken && !is_taker_alive(place) && place.stage() == State::taken)
            return Left::nothing;
        return std::nullopt;
    }
}

// ---- Taking errands along -----------------------------------------------------------------------

ProcessTurn::Errands::Errands(ProcessTurn& turn) : Errands(turn, None()) {
    if (!turn.shared_) return;
    for (std::size_t number = 0; number < kPlaces; ++number) {
        const State state = turn.shared_->places[number].stage();
        if (state != State::posted && state != State::called) continue;
        if (!own_place_ && !(own_place_ = turn.occupy())) return;
        take_along(number);
    }
    if (!taken_.empty()) SEGPAY_FAILPOINT("errands.taken");
}

void ProcessTurn::Errands::take_along(std::size_t number) {
    Place& place = turn_->shared_->places[number];
    taken_.push_back({number, {}, {}});
    place.taker = static_cast<std::uint32_t>(*own_place_);
    place.takers_term = turn_->shared_->places[*own_place_].term;
    if (place.change(State::posted, State::taken) || place.change(State::called, State::taken))
        taken_.back().errand.assign(place.errand.data(),
                                    std::min<std::size_t>(place.errand_size, kRoom));
    else
        taken_.pop_back();
}

ProcessTurn::Errands::Errands(Errands&& other) noexcept
    : turn_(other.turn_),
      own_place_(std::exchange(other.own_place_, std::nullopt)),
      taken_(std::move(other.taken_)) {
    other.taken_.clear();
}

ProcessTurn::Errands::~Errands() { refuse_all(); }

void ProcessTurn::Errands::set_answer(std::size_t number, std::string answer) {
    taken_[number].answer = std::move(answer);
}

void ProcessTurn::Errands::answer_all() {
    for (const auto& [number, errand, answer] : taken_) {
        Place& place = turn_->shared_->places[number];
        const bool has_room = answer.size() <= kAnswerRoom;
        if (has_room) answer.copy(place.answer.data(), answer.size());
        if (has_room) place.answer_size = static_cast<std::uint32_t>(answer.size());
        place.end(has_room ? State::answered : State::refused);
    }
    end();
}

void ProcessTurn::Errands::refuse_all() {
    for (const Taken& taken : taken_)
        turn_->shared_->places[taken.place].end(State::refused);
    end();
}

void ProcessTurn::Errands::end() {
    taken_.clear();
    if (own_place_) turn_->vacate(*own_place_);
    own_place_.reset();
}

} // namespace segpay
