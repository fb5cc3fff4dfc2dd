// Reading dice as a story: what is possible when, and what of it must arrive in order.
#include "life.hpp"

#include <optional>
#include <utility>

namespace segpay::testing {

namespace {

constexpr std::int64_t kBegin = 1'785'000'000; // 2026-07-25T17:20:00Z
constexpr std::int64_t kTwelfthOfADay = 7'200;

constexpr Owner kJoe = {"908172", "s1", "A1", "joe"};
constexpr Owner kJoeByAnother = {"908172", "s2", "B2", "joe"}; // another affiliate's link

// More choices in Step::detail. Verbs share the bits; a verb that uses none ignores them.
constexpr std::uint8_t kTerse = 4;
constexpr std::uint8_t kTimed = 8;
constexpr std::uint8_t kOther = 16;   // another affiliate; a part; without an id
constexpr std::uint8_t kInitial = 32; // a purchase of its own
constexpr std::uint8_t kAlso = 64;    // what often comes with it
constexpr std::uint8_t kFlipped = 128;

// A purchase in progress.
struct Running {
    unsigned id = 0;
    const Product* product = nullptr;
    Owner owner;
    bool is_sold = false, is_dead = false, is_converted = false, is_enabled = false;
    bool has_access = true, renews = true;
    std::size_t opening = 0; // happenings
    std::optional<std::size_t> last_change;
    Happening echo; // slot, card, upsell: what its renewals echo

    bool is_alive() const { return is_sold && !is_dead && has_access; }
    bool can_renew() const { return is_alive() && renews && product->recurring > 0; }
};

struct Sale {
    std::size_t happening = 0;
    std::int64_t left = 0; // left to be taken back
    bool is_charged_back = false;
    bool is_undecided = false;
};

class Teller {
public:
    explicit Teller(const Life& life) : life_(life) {
        purchases_.push_back({});
        open_running(purchases_.back(), kCatalogue[life.option % kCatalogue.size()], kJoe);
        signup_transaction_ = ++transactions_;
    }
    Story compose();

private:
    using Verb = void (Teller::*)();
    static const std::array<Verb, 24> kVerbs;

    // The verbs; each does nothing when it is not legal now.
    void probe();
    void enable();
    void try_in_vain();
    void sign_up();
    void cross_sell_1() { cross_sell(1, "301"); }
    void cross_sell_2() { cross_sell(2, "201"); }
    void cross_sell(unsigned slot, std::string_view option);
    void convert();
    void rebill();
    void upgrade();
    void buy_by_one_click();
    void upsell();
    void rebuy_tokens();
    void refund() { take_back(What::credit); }
    void void_sale() { take_back(What::void_sale); }
    void charge_back() { take_back(What::chargeback); }
    void revoke() { take_back(What::revoke); }
    void take_back(What what);
    void reverse();
    void cancel();
    void disable();
    void reactivate();
    void settle_standin();
    void decline_standin();

    bool has(std::uint8_t choice) const { return (step_.detail & choice) != 0; }
    void open_running(Running& running, const Product& product, const Owner& owner);
    Running* pick(bool (*fits)(const Running&));
    Sale* pick_sale(bool (*fits)(const Sale&));
    Running& running_of(const Happening& it) { return purchases_[it.purchase - 1]; }

    Happening about(const Running& running, What what) const;
    Happening renewal(const Running& running, What what, std::int64_t amount);
    void sell_by_one_click(Happening it, std::string_view option);
    void add_sale(Happening it);
    void add_change(Happening it);
    std::size_t add(Happening it);

    const Life& life_;
    Story story_;
    Step step_;
    std::vector<Running> purchases_;
    std::vector<Sale> sales_;
    unsigned transactions_ = 0;
    unsigned signup_transaction_ = 0;
    unsigned slots_offered_ = 0; // bits
    unsigned parts_ = 0;         // happenings of the current step
};

// Some are listed more than once, for a higher frequency.
const std::array<Teller::Verb, 24> Teller::kVerbs = {
    &Teller::sign_up,          &Teller::rebill,         &Teller::probe,
    &Teller::enable,           &Teller::try_in_vain,    &Teller::cross_sell_1,
    &Teller::cross_sell_2,     &Teller::convert,        &Teller::upgrade,
    &Teller::buy_by_one_click, &Teller::upsell,         &Teller::rebuy_tokens,
    &Teller::refund,           &Teller::refund,         &Teller::void_sale,
    &Teller::charge_back,      &Teller::revoke,         &Teller::reverse,
    &Teller::cancel,           &Teller::disable,        &Teller::reactivate,
    &Teller::reactivate,       &Teller::settle_standin, &Teller::decline_standin,
};

Story Teller::compose() {
    for (const Step& step : life_.steps) {
        step_ = step;
        parts_ = 0;
        (this->*kVerbs[step.verb % kVerbs.size()])();
    }
    return std::move(story_);
}

void Teller::open_running(Running& running, const Product& product, const Owner& owner) {
    running.id = static_cast<unsigned>(&running - purchases_.data()) + 1;
    running.product = &product;
    running.owner = owner;
}

Running* Teller::pick(bool (*fits)(const Running&)) {
    std::vector<Running*> found;
    for (Running& running : purchases_)
        if (fits(running)) found.push_back(&running);
    return found.empty() ? nullptr : found[step_.which % found.size()];
}

Sale* Teller::pick_sale(bool (*fits)(const Sale&)) {
    std::vector<Sale*> found;
    for (Sale& sale : sales_)
        if (fits(sale)) found.push_back(&sale);
    return found.empty() ? nullptr : found[step_.which % found.size()];
}

Happening Teller::about(const Running& running, What what) const {
    Happening it = running.echo;
    it.what = it.stage_of = what;
    it.purchase = running.id;
    it.product = running.product;
    it.owner = running.owner;
    // The purchase row has only values that were sent; and an echo of a one-click sale has to come
    // after it.
    it.is_terse = has(kTerse) && running.is_sold;
    if (it.is_terse || running.echo.octoken != 0) it.after.push_back(running.opening);
    return it;
}

// ---- What a customer does -----------------------------------------------------------------------

void Teller::probe() {
    if (!purchases_[0].is_sold) add(about(purchases_[0], What::probe));
}

void Teller::enable() {
    Running& running = *pick([](const Running& it) { return it.is_sold || it.id == 1; });
    if (running.is_enabled || running.last_change || running.is_dead) return;
    running.is_enabled = true;
    Happening it = about(running, What::enable);
    it.has_mark = has(kOther);
    if (it.has_mark)
        it.transaction =
            running.is_sold ? story_[running.opening].transaction : signup_transaction_;
    add_change(it);
}

void Teller::try_in_vain() {
    if (purchases_[0].is_sold) return;
    Happening it = renewal(purchases_[0], What::sale, purchases_[0].product->initial);
    it.is_approved = it.is_standin = false;
    add(it);
}

void Teller::sign_up() {
    Running& running = purchases_[0];
    if (running.is_sold) return;
    Happening it = renewal(running, What::sale, running.product->initial);
    it.transaction = signup_transaction_;
    it.is_approved = true;
    it.is_terse = false;
    add_sale(it);
}

void Teller::cross_sell(unsigned slot, std::string_view option) {
    if (purchases_[0].product->option != "101" || (slots_offered_ & slot) != 0) return;
    slots_offered_ |= slot;
    purchases_.push_back({});
    open_running(purchases_.back(), product(option), kJoe);
    purchases_.back().echo.slot = slot;
    add_sale(renewal(purchases_.back(), What::cross_sell, product(option).initial));
}

void Teller::convert() {
    Running* running = pick([](const Running& it) {
        return it.can_renew() && it.product->is_trial && !it.is_converted;
    });
    if (!running) return;
    Happening it = renewal(*running, What::conversion, running->product->recurring);
    running->is_converted = it.is_approved;
    add_sale(it);
}

void Teller::rebill() {
    if (!purchases_[0].is_sold) return sign_up();
    Running* running = pick([](const Running& it) {
        return it.can_renew() && (it.is_converted || !it.product->is_trial);
    });
    if (!running) return convert();
    add_sale(renewal(*running, What::rebill, running->product->recurring));
}

void Teller::upgrade() {
    Running* running = pick([](const Running& it) {
        return it.can_renew() && it.product->has_upgrade && !it.is_converted;
    });
    if (!running) return;
    Happening it = renewal(*running, What::upgrade, running->product->recurring);
    running->is_converted = it.is_approved;
    add_sale(it);
}

void Teller::buy_by_one_click() {
    Happening it;
    it.what = What::one_click;
    sell_by_one_click(it, has(kInitial) ? (step_.which & 8 ? "301" : "101") : "102");
}

void Teller::upsell() {
    Happening it;
    it.what = What::upsell;
    it.upsell = has(kInitial) ? "UP-8-301" : "host-7";
    sell_by_one_click(it, has(kInitial) ? "301" : "102");
}

void Teller::rebuy_tokens() {
    Happening it;
    it.what = What::token_rebuy;
    it.tokens = step_.which & 8 ? 20 : 50;
    sell_by_one_click(it, step_.which & 8 ? "202" : "201");
}

void Teller::sell_by_one_click(Happening it, std::string_view option) {
    const Running* card = pick([](const Running& running) {
        return running.is_alive() && running.product->has_one_click;
    });
    if (!card) return;
    it.stage_of = has(kInitial) ? What::sale : What::rebill;
    it.product = &product(option);
    it.amount = it.product->initial;
    it.octoken = card->id;
    it.is_approved = !has(kDeclined);
    it.is_standin = it.is_approved && has(kStandin);
    it.is_test = life_.is_test;
    it.is_initial = has(kInitial);
    it.owner = has(kOther) ? kJoeByAnother : kJoe;
    it.transaction = ++transactions_;
    if (!it.is_initial) {
        it.purchase = card->id;
        const bool is_its_own = !it.is_approved; // a decline is the card owner's
        if (is_its_own) it.owner = card->owner;
        if (!it.is_approved) it.after.push_back(card->opening);
        return add_sale(it);
    }
    purchases_.push_back({});
    Running& running = purchases_.back();
    open_running(running, *it.product, it.owner);
    it.purchase = running.id;
    running.echo.octoken = it.octoken;
    running.echo.upsell = it.upsell;
    running.echo.tokens = it.tokens;
    add_sale(it);
}

// ---- What goes back -----------------------------------------------------------------------------

void Teller::take_back(What what) {
    Sale* sale = pick_sale([](const Sale& it) { return it.left > 0; });
    if (!sale) return;
    const Happening& sold = story_[sale->happening];
    Running& running = running_of(sold);
    Happening it = about(running, what);
    it.product = sold.product;
    it.owner = sold.owner;
    it.related = sold.transaction;
    it.transaction = ++transactions_;
    it.is_test = life_.is_test;
    it.amount = sale->left;
    if (what == What::credit && has(kOther) && sale->left > 1) it.amount = sale->left / 2;
    sale->left -= it.amount;
    sale->is_charged_back = what == What::chargeback;
    sale->is_undecided = false;
    if (it.is_terse || sold.octoken != 0) it.after.push_back(sale->happening);
    add(it);
    if (has(kAlso) && running.is_sold) {
        if (running.has_access && has(kFlipped)) add_change(about(running, What::disable));
        if (running.renews) add_change(about(running, What::cancel));
    }
}

void Teller::reverse() {
    Sale* sale = pick_sale([](const Sale& it) { return it.is_charged_back; });
    if (!sale) return;
    sale->is_charged_back = false;
    const Happening& sold = story_[sale->happening];
    Happening it =
        about(running_of(sold), has(kOther) ? What::rdr_reversal : What::chargeback_reversal);
    it.product = sold.product;
    it.owner = sold.owner;
    it.related = sold.transaction;
    it.transaction = ++transactions_;
    it.is_test = life_.is_test;
    it.amount = sold.amount;
    if (it.is_terse || sold.octoken != 0) it.after.push_back(sale->happening);
    add(it);
}

void Teller::settle_standin() {
    Sale* sale = pick_sale([](const Sale& it) { return it.is_undecided; });
    if (!sale) return;
    sale->is_undecided = false;
    Happening it = story_[sale->happening];
    it.what = What::standin_settled;
    it.is_standin = false;
    it.after = {sale->happening};
    add(it);
}

void Teller::decline_standin() {
    Sale* sale = pick_sale([](const Sale& it) { return it.is_undecided; });
    if (!sale) return;
    sale->is_undecided = false;
    sale->left = 0;
    Happening it = story_[sale->happening];
    Running& running = running_of(it);
    it.what = What::standin_declined;
    it.is_approved = false;
    it.is_terse = has(kTerse);
    it.after = {sale->happening, running.opening};
    if (sale->happening == running.opening) running.is_dead = true;
    add(it);
    if (running.has_access) add_change(about(running, What::disable));
}

// ---- What changes the membership ----------------------------------------------------------------

void Teller::cancel() {
    Running* running = pick([](const Running& it) { return it.is_sold && it.renews; });
    if (running) add_change(about(*running, What::cancel));
}

void Teller::disable() {
    Running* running = pick([](const Running& it) { return it.is_sold && it.has_access; });
    if (running) add_change(about(*running, What::disable));
}

void Teller::reactivate() {
    Running* running = pick([](const Running& it) {
        return it.is_sold && !it.is_dead && it.product->recurring > 0 &&
               !(it.has_access && it.renews);
    });
    if (!running) return;
    Happening paid = renewal(*running, What::reactivation, running->product->recurring);
    paid.is_standin = false;
    if (!paid.is_approved) {
        add(paid);
        return;
    }
    Happening change = about(*running, What::revival);
    if (has(kTimed)) change.at = kBegin + static_cast<std::int64_t>(story_.size()) * kTwelfthOfADay;
    change.has_mark = change.at != 0;
    const bool comes_first = has(kFlipped);
    if (comes_first) add_change(change);
    if (has(kAlso) || comes_first) {
        paid.is_change = true;
        add_sale(paid);
    }
    if (!comes_first) add_change(change);
}

// ---- How a happening joins the story ------------------------------------------------------------

Happening Teller::renewal(const Running& running, What what, std::int64_t amount) {
    Happening it = about(running, what);
    it.is_approved = !has(kDeclined);
    it.is_standin = it.is_approved && has(kStandin);
    it.is_test = life_.is_test;
    it.transaction = ++transactions_;
    it.amount = amount;
    if (has(kTimed)) it.at = kBegin + static_cast<std::int64_t>(story_.size()) * kTwelfthOfADay;
    return it;
}

void Teller::add_sale(Happening it) {
    Running& running = running_of(it);
    if (!it.is_approved) {
        add(it);
        return;
    }
    const bool is_opening = !running.is_sold;
    if (is_opening) {
        running.is_sold = true;
        running.opening = story_.size();
    }
    sales_.push_back({story_.size(), it.amount, false, it.is_standin});
    if (it.is_change)
        add_change(it);
    else
        add(it);
}

void Teller::add_change(Happening it) {
    Running& running = running_of(it);
    it.is_change = true;
    if (is_about_member(it.what) && it.what != What::enable && it.at == 0) it.has_mark = false;
    if (running.last_change) it.after.push_back(*running.last_change);
    if (it.what == What::disable) running.has_access = false;
    if (it.what == What::cancel) running.renews = false;
    if (it.what == What::revival || it.what == What::reactivation)
        running.has_access = running.renews = true;
    running.last_change = add(std::move(it));
}

std::size_t Teller::add(Happening it) {
    const unsigned factor = 2 * parts_++ + 1; // the parts of a step travel differently
    it.mail = step_.mail;
    it.mail.copies = it.mail.copies * factor % 4;
    it.mail.delay = it.mail.delay * factor % 13;
    it.mail.copies_delay = it.mail.copies_delay * factor % 13;
    it.mail.spelling *= factor;
    if (factor > 1) it.mail.trouble = Trouble::none;
    story_.push_back(std::move(it));
    return story_.size() - 1;
}

} // namespace

Story story_of(const Life& life) { return Teller(life).compose(); }

} // namespace segpay::testing
