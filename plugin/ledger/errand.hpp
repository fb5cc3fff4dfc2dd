// Errand: what an operation on a ledger would ask another process to do for it, as bytes, and what
// it makes of the answer. For processes of one machine that have the same version of the plugin.
// Knows no ledger.
//
// Threads: an object belongs to one thread at a time.
#pragma once

#include "ledger/packing.hpp"

namespace segpay {

class Errand {
public:
    virtual ~Errand() = default;

    virtual void ask(Packer& packer) const = 0;
    // False: it was not done, and is left to us.
    virtual bool hear(Unpacker& answer) = 0;
};

} // namespace segpay
