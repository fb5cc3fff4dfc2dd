// Throwing dice, and shrinking them after a failure.
#include "life.hpp"

#include <ostream>

namespace segpay::testing {

namespace {

constexpr std::size_t kMostSteps = 36;
constexpr std::uint8_t kSignUp = 0; // verb

class Throw {
public:
    explicit Throw(rc::Random& random) : random_(random) {}
    unsigned operator()(unsigned below) { return static_cast<unsigned>(random_.next() % below); }
    bool one_in(unsigned times) { return (*this)(times) == 0; }

private:
    rc::Random& random_;
};

// Each kind of complication is in a part of the lives only, so that there are simple ones.
struct Temper {
    bool is_repetitive, is_slow, is_troubled, is_odd;
};

Step thrown_step(Throw& dice, const Temper& temper) {
    Step step;
    step.verb = static_cast<std::uint8_t>(dice(240));
    step.which = static_cast<std::uint8_t>(dice(256));
    step.detail = static_cast<std::uint8_t>(dice(256));
    if (!dice.one_in(4)) step.detail &= static_cast<std::uint8_t>(~kDeclined);
    if (!dice.one_in(3)) step.detail &= static_cast<std::uint8_t>(~kStandin);
    Mail& mail = step.mail;
    if (temper.is_repetitive && dice.one_in(2)) {
        mail.copies = 1 + dice(3);
        mail.copies_delay = dice(13);
    }
    if (temper.is_slow && dice.one_in(3)) mail.delay = 1 + dice(12);
    if (temper.is_troubled && dice.one_in(4)) mail.trouble = static_cast<Trouble>(1 + dice(3));
    if (temper.is_odd) mail.spelling = dice(1u << 30);
    return step;
}

rc::Seq<Step> simpler(const Step& step) {
    const auto with = [step](auto Step::*part, auto value) {
        Step changed = step;
        changed.*part = value;
        return changed;
    };
    std::vector<Step> found;
    const auto with_mail = [&](auto Mail::*part, auto value) {
        if (step.mail.*part == value) return;
        Step changed = step;
        changed.mail.*part = value;
        found.push_back(changed);
    };
    for (unsigned bit = 1; bit < 256; bit <<= 1)
        if (step.detail & bit)
            found.push_back(with(&Step::detail, static_cast<std::uint8_t>(step.detail & ~bit)));
    if (step.which) found.push_back(with(&Step::which, std::uint8_t{0}));
    with_mail(&Mail::spelling, std::uint32_t{0});
    with_mail(&Mail::trouble, Trouble::none);
    with_mail(&Mail::copies, 0u);
    with_mail(&Mail::delay, 0u);
    with_mail(&Mail::copies, step.mail.copies / 2);
    with_mail(&Mail::delay, step.mail.delay / 2);
    with_mail(&Mail::copies_delay, step.mail.copies_delay / 2);
    return rc::seq::fromContainer(std::move(found));
}

rc::Seq<Life> simpler_life(const Life& life) {
    const auto with_steps = [life](std::vector<Step> steps) {
        Life changed = life;
        changed.steps = std::move(steps);
        return changed;
    };
    std::vector<Life> found;
    if (life.option != 0) found.push_back({0, life.is_test, life.steps});
    if (life.is_test) found.push_back({life.option, false, life.steps});
    return rc::seq::concat(rc::seq::map(rc::shrink::removeChunks(life.steps), with_steps),
                           rc::seq::fromContainer(std::move(found)),
                           rc::seq::map(rc::shrink::eachElement(life.steps, &simpler), with_steps));
}

rc::Shrinkable<Life> thrown(rc::Random random, int size) {
    Throw dice(random);
    Life life;
    life.option = static_cast<std::uint8_t>(dice.one_in(2) ? dice(kCatalogue.size()) : 0);
    life.is_test = dice.one_in(8);
    const Temper temper = {dice.one_in(2), dice.one_in(2), dice.one_in(3), dice.one_in(2)};
    const std::size_t most = 1 + kMostSteps * static_cast<std::size_t>(size) / 100;
    const std::size_t count = 1 + dice(static_cast<unsigned>(most));
    for (std::size_t i = 0; i < count; ++i)
        life.steps.push_back(thrown_step(dice, temper));
    // Often the sign-up is first; some customers give up before it.
    const bool is_member = !dice.one_in(32);
    if (is_member) life.steps[dice.one_in(2) ? dice(3) % count : 0].verb = kSignUp;
    return rc::shrinkable::shrinkRecur(std::move(life), &simpler_life);
}

} // namespace

void showValue(const Life& life, std::ostream& out) {
    out << "a life of " << life.steps.size() << " steps:\n" << story_of(life);
}

} // namespace segpay::testing

rc::Gen<segpay::testing::Life> rc::Arbitrary<segpay::testing::Life>::arbitrary() {
    return [](const rc::Random& random, int size) { return segpay::testing::thrown(random, size); };
}
