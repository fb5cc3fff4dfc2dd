// StatementCache: the prepared statements of one connection, by their texts. A text that is asked
// for where it stood before, as a constant does, is found at once; one that was made for the
// occasion may have another's place, so the text itself decides.
//
// Threads: as the connection.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segpay {

template <class Statement>
class StatementCache {
public:
    // `prepare` makes it, the first time.
    template <class Prepare>
    Statement& find(std::string_view sql, const Prepare& prepare) {
        for (Known& known : all_)
            if (known.place == sql.data() && known.sql == sql) return known.statement;
        for (Known& known : all_)
            if (known.sql == sql) return known.statement;
        Statement made = prepare();
        return all_.emplace_back(Known{sql.data(), std::string(sql), std::move(made)}).statement;
    }

private:
    struct Known {
        const char* place; // of the text that was asked for first
        std::string sql;
        Statement statement;
    };
    std::vector<Known> all_;
};

} // namespace segpay
