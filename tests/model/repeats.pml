/* Member events that Segpay repeats (plugin/ledger/outstanding.hpp): one purchase, an Enable and then a
 * Disable, neither with an id or a time; two front ends, Segpay's retries, recovery, and up to FAULTS
 * faults: a front end dies, or the host asks for a retry. Each postback is sent until it gets the success
 * word, but not after it.
 *
 * The Disable happens after the Enable, and comes for the first time when the Enable was claimed; the
 * repeats of both come in any order. In the end each was applied once and access is off: a repeat of the
 * Enable that comes after the Disable must not open access again.
 *
 * A transaction is one step. Answering and noting that it was answered are one step: an answer counts as
 * given when the hook has returned (abi/README.md, "What counts as the same fact"). The note may be lost:
 * when it cannot be written, or when the front end dies.
 *
 * Mutations, each without one protection: the table in check.py. Not modelled: the end of Segpay's retries,
 * and leases that end while their holder lives (ledger.pml).
 */
#ifndef FAULTS
#define FAULTS 2
#endif

#define FRONT_ENDS 2
#define ENABLE 0
#define DISABLE 1
#define KINDS 2
#define EPOCHS 4
#define NONE 255
#define ENTRY(kind, of) (kind) * EPOCHS + (of)

mtype = { absent, pending, leased, settled };

/* Durable: the ledger. Access begins on, in epoch 0: an Enable is of an even epoch. */
byte epoch = 0;
mtype entry[KINDS * EPOCHS] = absent;
byte owner[KINDS * EPOCHS];       /* of a leased entry: front end + 1 */
byte outstanding[KINDS] = NONE;   /* the epoch of its key */
byte first = NONE;                /* the first entry of the purchase's queue */
byte second = NONE;

/* Durable: the applied events, by key; and access. */
bool is_applied[KINDS * EPOCHS];
byte effects[KINDS];
bool has_access = true;

/* Of a front end; gone when it dies. */
byte asked[FRONT_ENDS];    /* the kind in progress, + 1 */
byte noted[FRONT_ENDS];    /* answers for the next commit: 1 << kind */

/* Segpay. */
bool is_acknowledged[KINDS];       /* it has the success word */
byte awaited[FRONT_ENDS];  /* it waits for an answer to the kind + 1 */
bool has_come = false;     /* the Enable was claimed */

byte faults = 0;
#define CAN_FAIL (faults < FAULTS)
#define FAULT faults++

/* ---- The ledger ------------------------------------------------------------------------------------ */

inline write_notes(fe) {
    if
    :: noted[fe] & 1 -> outstanding[ENABLE] = NONE
    :: else
    fi;
    if
    :: noted[fe] & 2 -> outstanding[DISABLE] = NONE
    :: else
    fi;
    noted[fe] = 0
}

/* at becomes the epoch of the key. */
inline recognise(kind, at) {
    if
    :: outstanding[kind] != NONE -> at = outstanding[kind]
    :: outstanding[kind] == NONE && epoch % 2 == kind -> at = epoch
    :: outstanding[kind] == NONE && epoch % 2 != kind ->
       epoch++;
       assert(epoch < 2); /* access was on, and is taken away once */
       at = epoch
    fi
}

inline give_lease(number, fe, lease) {
    entry[number] = leased;
    owner[number] = fe + 1;
    lease = number
}

/* lease becomes the entry that this front end leased; is_done: it was settled before. */
inline claim(fe, kind, at, lease, is_done) {
    write_notes(fe);
    recognise(kind, at);
    if
    :: entry[ENTRY(kind, at)] == absent ->
       entry[ENTRY(kind, at)] = pending;
       if
       :: first == NONE -> first = ENTRY(kind, at)
       :: else -> second = ENTRY(kind, at)
       fi;
#ifndef NOTHING_IS_REMEMBERED
       outstanding[kind] = at
#endif
    :: else
    fi;
    if
    :: entry[ENTRY(kind, at)] == pending && first == ENTRY(kind, at) ->
       give_lease(ENTRY(kind, at), fe, lease)
    :: entry[ENTRY(kind, at)] == settled -> is_done = true
    :: else /* in flight, or behind another */
    fi;
    has_come = true
}

inline settle(fe, lease) {
    write_notes(fe);
    entry[lease] = settled;
    owner[lease] = 0;
    first = second;
    second = NONE;
#ifdef SETTLING_FORGETS
    outstanding[lease / EPOCHS] = NONE;
#endif
    lease = NONE
}

inline postpone(fe, lease) {
    write_notes(fe);
    entry[lease] = pending;
    owner[lease] = 0;
    lease = NONE
}

/* Effect and key in one transaction of the host's own. */
inline apply(lease) {
    if
    :: is_applied[lease] /* the key is there */
    :: else ->
       is_applied[lease] = true;
       effects[lease / EPOCHS]++;
       has_access = (lease / EPOCHS == ENABLE)
    fi;
    assert(effects[lease / EPOCHS] <= 1) /* exactly once */
}

/* ---- Front ends -------------------------------------------------------------------------------------- */

inline deliver(fe, lease, is_done) {
    if
    :: d_step { apply(lease) };
       d_step { settle(fe, lease); is_done = true }
    :: d_step { CAN_FAIL -> FAULT; postpone(fe, lease) } /* it is busy */
    fi
}

inline answer(fe, kind, is_done) {
    if
    :: awaited[fe] == kind + 1 ->
       is_acknowledged[kind] = (is_acknowledged[kind] || is_done);
       awaited[fe] = 0
    :: else /* Segpay no longer waits */
    fi;
    if
    :: is_done -> noted[fe] = noted[fe] | (1 << kind)
    :: else
    fi;
    asked[fe] = 0
}

#define DIES \
    unless { d_step { CAN_FAIL && is_dying[fe] -> FAULT; die(fe) } }

bool is_dying[FRONT_ENDS];

inline die(fe) {
    is_dying[fe] = false;
    noted[fe] = 0;
    asked[fe] = 0;
    awaited[fe] = 0;
    /* Its leases end. */
    if
    :: first != NONE && owner[first] == fe + 1 -> entry[first] = pending; owner[first] = 0
    :: else
    fi;
    lease = NONE; at = 0; kind = 0; is_done = false
}

proctype front_end(byte fe) {
    byte kind, at, lease = NONE;
    bool is_done;
end:
    do
    :: {
end_idle:
           do
           :: d_step { asked[fe] != 0 ->
                 kind = asked[fe] - 1;
                 claim(fe, kind, at, lease, is_done) };
              if
              :: lease != NONE -> deliver(fe, lease, is_done)
              :: else
              fi;
              d_step { answer(fe, kind, is_done); at = 0; kind = 0; is_done = false }
           /* Recovery: due entries, and noted answers. */
           :: d_step { asked[fe] == 0 && first != NONE && entry[first] == pending ->
                 write_notes(fe);
                 give_lease(first, fe, lease) };
              deliver(fe, lease, is_done);
              is_done = false
           :: d_step { asked[fe] == 0 && noted[fe] != 0 -> write_notes(fe) }
           od
       } DIES
    od
}

/* ---- The world --------------------------------------------------------------------------------------- */

#define CAN_ASK(fe, kind) (awaited[fe] == 0 && asked[fe] == 0 && !is_acknowledged[kind] && !IS_AWAITED(kind))
#define IS_AWAITED(kind) (awaited[0] == (kind) + 1 || awaited[1] == (kind) + 1)
inline ask(fe, kind) { asked[fe] = kind + 1; awaited[fe] = kind + 1 }

proctype segpay() {
end:
    do
    :: d_step { CAN_ASK(0, ENABLE) -> ask(0, ENABLE) }
    :: d_step { CAN_ASK(1, ENABLE) -> ask(1, ENABLE) }
    :: d_step { has_come && CAN_ASK(0, DISABLE) -> ask(0, DISABLE) }
    :: d_step { has_come && CAN_ASK(1, DISABLE) -> ask(1, DISABLE) }
    :: d_step { is_acknowledged[ENABLE] && is_acknowledged[DISABLE] ->
          assert(effects[ENABLE] == 1 && effects[DISABLE] == 1 && !has_access) };
       break
    od
}

proctype power(byte fe) {
end:
    do
    :: d_step { CAN_FAIL && !is_dying[fe] -> is_dying[fe] = true }
    od
}

init {
    atomic {
        byte fe;
        run segpay();
        for (fe : 0 .. FRONT_ENDS - 1) {
            run front_end(fe);
            run power(fe)
        }
    }
}
