// The names of postback parameters: the secret and the seal, the merchant's own names, and the
// further parameters that the seal covers. No name may have two meanings.
#include "config/build.hpp"

#include "config/nearest.hpp"
#include "config/reading.hpp"
#include "values/facts.hpp"
#include "values/page_parameters.hpp"
#include "values/word.hpp"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace segpay {

namespace {

// REF1 to REF10, for values that the host chooses (Processing API 2.0, "Full List of Postback
// Parameters").
bool is_ref(const ParameterName& known) {
    constexpr std::string_view kRef = "ref";
    return known.name.starts_with(kRef) && known.name.size() > kRef.size() &&
           known.name[kRef.size()] >= '0' && known.name[kRef.size()] <= '9';
}

class NameReader {
public:
    NameReader(const YamlNode& root, Config& config, Problems& problems)
        : root_(root), config_(config), problems_(problems) {}

    void read() {
        claim_added_parameters();
        read_user_defined();
        claim_member_id();
        read_own_names();
        read_extras();
    }

private:
    // The parameters that the plugin adds to Segpay's.
    void claim_added_parameters() {
        const YamlNode* seal = node_at({"seal", "parameter"});
        if (!seal) owners_[config_.seal.parameter] = "the seal's (seal.parameter)";
        claim_added(node_at({"postbacks", "authenticity", "secret", "parameter"}),
                    "the secret parameter's");
        claim_added(seal, "the seal's");
        if (const YamlNode* path = node_at({"postbacks", "path"})) claim_names_of(*path);
    }

    // The parameters in the query of the postbacks' path, which come back with every postback.
    void claim_names_of(const YamlNode& path) {
        const std::string_view whole = path.text;
        std::string_view query = whole.substr(std::min(whole.find('?'), whole.size()));
        while (!query.empty()) {
            query.remove_prefix(1); // '?' or '&'
            const std::string_view field = query.substr(0, query.find('&'));
            const std::string name = lower_case(field.substr(0, field.find('=')));
            query.remove_prefix(field.size());
            if (find_parameter(name))
                problems_.add(path.place,
                              "the query of \"path\" must not have names that "
                              "postbacks use themselves, found " +
                                  shown(name));
            else if (!name.empty())
                claim(name, path.place, "the path's");
        }
    }

    void claim_added(const YamlNode* parameter, const std::string& owner) {
        if (!parameter) return;
        if (find_parameter(parameter->text))
            problems_.add(parameter->place,
                          "\"parameter\" must be a name that postbacks do not "
                          "use themselves, found " +
                              shown(*parameter));
        else if (is_page_parameter(parameter->text))
            problems_.add(parameter->place,
                          "\"parameter\" must be a name that the pay page does not use itself, "
                          "found " +
                              shown(*parameter));
        else
            claim(parameter->text, parameter->place, owner);
    }

    // The member's parameter on links. All names of the member's id have one meaning.
    void claim_member_id() {
        const YamlNode* name = node_at({"pay_page", "member_id_parameter"});
        if (!name) return;
        const ParameterName* known = known_name(lower_case(name->text));
        if ((known && known->fact != Fact::member_id) || is_page_parameter(name->text))
            problems_.add(name->place,
                          "\"member_id_parameter\" must be a name that neither postbacks nor the "
                          "pay page use for something else, found " +
                              shown(*name));
        else
            claim(lower_case(name->text), name->place, "the member id's");
    }

    // The names of NATS's template for values of the link that the host uses for parameters of its
    // own. An unknown name needs no entry.
    void read_user_defined() {
        const YamlNode* postbacks = node_at({"postbacks"}, YamlNode::Kind::map);
        if (!postbacks) return;
        for (const YamlNode& item : list_items(*postbacks, "user_defined"))
            if (item.is(YamlNode::Kind::text)) read_user_defined(item);
    }

    void read_user_defined(const YamlNode& item) {
        const std::string name = lower_case(item.text);
        if (!can_be_user_defined(name)) {
            problems_.add(item.place,
                          "an entry of \"user_defined\" must be memberid or session, which NATS's "
                          "template uses for other parameters, found " +
                              shown(item) +
                              (find_parameter(name) ? "" : "; an unused name needs no entry"));
            return;
        }
        claim(name, item.place, "a user-defined parameter's");
        config_.postbacks.user_defined.push_back(name);
    }

    // The meaning of the name in postbacks; null: it has none, or the host uses it for itself.
    const ParameterName* known_name(const std::string& name) const {
        const auto& own = config_.postbacks.user_defined;
        return std::ranges::find(own, name) == own.end() ? find_parameter(name) : nullptr;
    }

    void read_own_names() {
        const YamlNode* names = node_at({"postbacks", "names"}, YamlNode::Kind::map);
        if (!names) return;
        for (const MapEntry& entry : names->entries)
            if (entry.value.is(YamlNode::Kind::text)) read_own_name(entry);
    }

    void read_own_name(const MapEntry& entry) {
        OwnName own{lower_case(entry.key), lower_case(entry.value.text)};
        const ParameterName* meant = find_parameter(own.means);
        if (!meant)
            problems_.add(entry.value.place, "Segpay has no parameter " + shown(entry.value) +
                                                 did_you_mean(own.means, known_names()));
        const ParameterName* known = known_name(own.name);
        if (known && meant && known->canonical != meant->canonical)
            problems_.add(entry.place, "the name " + shown(entry.key) + " always means " +
                                           shown(known->canonical) + ", it cannot mean " +
                                           shown(entry.value) + " too");
        claim(own.name, entry.place, "your own");
        config_.postbacks.names.push_back(std::move(own));
    }

    static std::vector<std::string> known_names() {
        std::vector<std::string> names;
        for (const ParameterName& known : parameter_names())
            names.emplace_back(known.name);
        return names;
    }

    void read_extras() {
        const YamlNode* seal = node_at({"seal"}, YamlNode::Kind::map);
        if (!seal) return;
        for (const YamlNode& extra : list_items(*seal, "extras"))
            if (extra.is(YamlNode::Kind::text)) read_extra(extra);
    }

    void read_extra(const YamlNode& extra) {
        const std::string name = lower_case(extra.text);
        const ParameterName* known = known_name(name);
        if (known && !is_ref(*known))
            problems_.add(extra.place,
                          "an entry of \"extras\" must be a parameter of your own, or "
                          "one of ref1 to ref10, found " +
                              shown(extra));
        else if (known == find_parameter(name)) // else it is claimed as user-defined
            claim(name, extra.place, "a sealed extra's");
        config_.seal.extras.push_back(name);
    }

    // `owner` says whose name it is, for the message about the next claim.
    void claim(const std::string& name, Place place, const std::string& owner) {
        const auto [first, is_new] =
            owners_.emplace(name, owner + " in line " + std::to_string(place.line));
        if (!is_new)
            problems_.add(place, "the name " + shown(name) + " is already " + first->second);
    }

    // The value at the end of the path; null when it is absent or of another kind.
    const YamlNode* node_at(std::initializer_list<std::string_view> path,
                            YamlNode::Kind kind = YamlNode::Kind::text) const {
        const YamlNode* node = &root_;
        for (const std::string_view key : path)
            if (node) node = node->value(key);
        return node && node->is(kind) ? node : nullptr;
    }

    const YamlNode& root_;
    Config& config_;
    Problems& problems_;
    std::map<std::string, std::string> owners_; // by name in lower case
};

} // namespace

void read_names(const YamlNode& root, Config& config, Problems& problems) {
    NameReader(root, config, problems).read();
}

} // namespace segpay
