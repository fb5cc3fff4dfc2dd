// A hash table with open addressing.
#include "postbacks/names.hpp"

#include "values/word.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace segpay {

namespace {

std::uint64_t next_id() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

} // namespace

NameTable::NameTable(const Config& config) : id_(next_id()) {
    names_.reserve(kMaxKnownNames);
    const auto& user_defined = config.postbacks.user_defined;
    for (const ParameterName& known : parameter_names())
        if (std::ranges::find(user_defined, known.name) == user_defined.end())
            add(known.name, known.fact, known.canonical);
        else
            add(known.name, Fact::extra, known.name);
    if (const std::string& name = config.pay_page.member_id_parameter; !find_parameter(name))
        add(name, Fact::member_id, canonical_name(Fact::member_id));
    for (const OwnName& own : config.postbacks.names)
        if (const ParameterName* meant = find_parameter(own.means))
            add(own.name, meant->fact, meant->canonical);
    add(config.seal.parameter, Fact::seal, "seal"); // where seals are off, old links still have one
    for (const std::string& sealed : config.seal.extras)
        add_sealed(sealed);
}

std::size_t NameTable::slot_of(const Print& print) {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u; // 2^64 divided by the golden ratio
    const std::uint64_t mixed = (print.first ^ (print.last * 31) ^ print.size) * kOdd;
    return (mixed >> 40) & (kSlots - 1);
}

void NameTable::add(std::string_view name, Fact fact, std::string_view canonical) {
    if (names_.size() == kMaxKnownNames)
        throw std::invalid_argument("more parameter names than a table holds");
    const std::string small = lower_case(name);
    // A merchant's own name for a secret does not make it less secret.
    const Secrecy secrecy = std::max(secrecy_of(small), secrecy_of(canonical));
    const std::size_t index = names_.size();
    names_.push_back({small, fact, canonical, secrecy, comparison_of(canonical)});
    plain_facts_[names_.size()] = is_secret(secrecy) ? Fact::extra : fact;
    prints_[index] = print_of(small);
    std::size_t slot = slot_of(prints_[index]);
    while (slots_[slot] != 0)
        slot = (slot + 1) & (kSlots - 1);
    slots_[slot] = static_cast<std::uint16_t>(names_.size());
}

// A value that the host seals is an id, also under a name that only the host knows: it must stay as
// it came, or its seal would not fit.
void NameTable::add_sealed(std::string_view name) {
    const KnownName* known = find(name);
    if (!known) {
        add(name, Fact::extra, {});
        names_.back().canonical = names_.back().name; // names_ never reallocates
        known = &names_.back();
    }
    names_[static_cast<std::size_t>(known - names_.data())].comparison = Comparison::id;
}

const KnownName* NameTable::find(std::string_view name) const {
    const Print print = print_of(name);
    for (std::size_t slot = slot_of(print); slots_[slot] != 0; slot = (slot + 1) & (kSlots - 1)) {
        const std::size_t index = slots_[slot] - 1u;
        if (!(prints_[index] == print)) continue;
        if (name.size() <= kPrintedBytes || equal_ignoring_case(name, names_[index].name))
            return &names_[index];
    }
    return nullptr;
}

} // namespace segpay
