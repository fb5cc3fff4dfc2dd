/* The protocol of the ledger (plugin/ledger/ledger.hpp): two front ends, one event, Segpay's retries,
 * recovery, and up to FAULTS faults of any kind: a front end dies and is restarted, a lease ends while
 * its holder is alive, the storage fails, the host asks for a retry (with or without having applied
 * the event), Segpay stops waiting, Segpay sends an answered postback again.
 *
 * A transaction is one step: a death is before or after it, and when the storage fails nothing of it
 * is done. Each front end has two threads, one for requests and one for recovery.
 *
 * Variants, by -D:
 *   DURABLE_MARKS  the mark is durable before the answer; else it rides on the next commit
 *   KEYLESS_HOST   the host does not honour idempotency keys; goes with DURABLE_MARKS
 * Mutations, each without one protection: the table in check.py.
 *
 * Not modelled: the order of several events of one purchase, dead letters, failed commits whose outcome
 * is unknown (commit.pml), and time, beyond the fact that a lease ends.
 */
#ifndef FAULTS
#define FAULTS 3
#endif

#define FRONT_ENDS 2
#define NO_THREAD 0 /* thread numbers begin at 1 */
#define HANDLER_OF(fe) (2 * (fe) + 1)
#define RECOVERY_OF(fe) (2 * (fe) + 2)
#define FRONT_END_OF(thread) (((thread) - 1) / 2)

mtype = { absent, pending, settled };                /* the entry */
mtype = { free, held, over };                        /* its lease */
mtype = { applied, retry };                          /* the host's verdict */

/* Durable: the entry, and the host's rows. */
mtype entry = absent;
mtype lease = free;
byte attempts = 0;
byte effects = 0;

/* Of a front end; gone when it dies. */
byte later[FRONT_ENDS]; /* marks for the next commit, by attempt: 1 << attempt */
bool asked[FRONT_ENDS]; /* a request is being handled */

bool is_dead[FRONT_ENDS];
byte running[FRONT_ENDS]; /* its threads */

/* Segpay. */
byte awaited = 0; /* the front end whose answer it waits for, plus one */
bool is_answered = false;

/* For the properties and the count of faults; no step of the protocol reads it. */
byte faults = 0;
byte holder = NO_THREAD;      /* the thread whose lease runs */
bool is_abandoned = false; /* the holder will never settle */
byte delivering = NO_THREAD;  /* the thread that calls the host within its lease */
bool was_settled = false;

#define CAN_FAIL (faults < FAULTS)
#define FAULT faults++

/* ---- The ledger: each is a part of one transaction ------------------------------------------------- */

#ifdef SETTLE_WITHOUT_LEASE
#define IS_HELD_BY(attempt) (entry != absent)
#else
#define IS_HELD_BY(attempt) (entry == pending && attempts == (attempt) && lease != free)
#endif

inline mark(attempt, becomes) {
    entry = becomes;
    lease = free;
    if
    :: attempts == attempt -> holder = NO_THREAD; delivering = NO_THREAD; is_abandoned = false
    :: else
    fi;
    was_settled = (was_settled || becomes == settled);
    assert(!was_settled || entry == settled) /* settled is final */
}

/* Marks left for later are committed first. */
inline write_later(fe) {
    if
    :: (later[fe] & (1 << attempts)) && IS_HELD_BY(attempts) -> mark(attempts, settled)
    :: else
    fi;
    later[fe] = 0
}

inline give_lease(thread, number) {
    assert(holder == NO_THREAD); /* no second lease on the entry */
    attempts++;
    number = attempts;
    lease = held;
    holder = thread;
    is_abandoned = false
}

/* number becomes the attempt of the lease, if there is one; is_done: the entry was settled before. */
inline claim(thread, number, is_done) {
    write_later(FRONT_END_OF(thread));
    if
    :: entry == absent -> entry = pending; give_lease(thread, number)
#ifdef CLAIM_IGNORES_LEASES
    :: entry == pending -> give_lease(thread, number)
#else
    :: entry == pending && lease == held /* in flight elsewhere */
    :: entry == pending && lease != held -> give_lease(thread, number)
#endif
    :: entry == settled -> is_done = true
    fi
}

inline settle(thread, number, verdict, is_ours) {
    write_later(FRONT_END_OF(thread));
    is_ours = IS_HELD_BY(number);
    if
    :: is_ours && verdict == applied -> mark(number, settled)
    :: is_ours && verdict == retry -> mark(number, pending)
    :: !is_ours
    fi
}

/* ---- The steps of plugin/inbox/inbox.cpp ---------------------------------------------------------------- */

/* The host is called. One step with the lease: only the end of a lease could come between the two, and
 * that ends `delivering` as well. */
inline begin_delivery(thread) {
    assert(delivering == NO_THREAD); /* never two at once within a lease */
    delivering = thread
}

inline end_delivery(thread) {
    if
    :: delivering == thread -> delivering = NO_THREAD
    :: else /* its lease has ended meanwhile */
    fi
}

/* Effect and key in one transaction of the host's own. */
inline apply(thread) {
#ifdef KEYLESS_HOST
    /* After Segpay's answer only a thread whose lease had ended can still come. */
    assert(!is_answered || holder != thread);
    effects++;
    assert(effects <= 1 + faults) /* each effect beyond the first needs a fault */
#else
    if
#ifndef HOST_FORGETS_KEYS
    :: effects > 0 /* the key is there */
#endif
    :: else -> effects++
    fi;
    assert(effects <= 1) /* exactly once */
#endif
}

inline call_host(thread, verdict) {
    if
    :: d_step { apply(thread); verdict = applied }
    :: d_step { CAN_FAIL -> FAULT; verdict = retry } /* it is busy */
    :: d_step { CAN_FAIL -> FAULT; apply(thread); verdict = retry } /* done, but it could not report so */
    fi
}

/* is_done becomes true if Segpay need not come again. */
inline conclude(thread, number, verdict, is_done) {
    if
#ifndef DURABLE_MARKS
    :: d_step { verdict == applied ->
          end_delivery(thread);
          later[FRONT_END_OF(thread)] = later[FRONT_END_OF(thread)] | (1 << number);
          is_done = true }
    :: d_step { verdict == retry ->
#else
    :: d_step {
#endif
          end_delivery(thread);
          settle(thread, number, verdict, is_done);
          is_done = (is_done && verdict == applied) }
    :: d_step { CAN_FAIL -> FAULT; /* the storage fails */
          end_delivery(thread);
          is_abandoned = (is_abandoned || holder == thread) }
    fi
}

inline answer(fe, is_done) {
    if
    :: awaited == fe + 1 ->
       assert(!is_done || (entry != absent && effects > 0)); /* acknowledged: durable and applied */
       is_answered = (is_answered || is_done);
       awaited = 0
    :: else /* Segpay no longer waits */
    fi;
    asked[fe] = false
}

inline handle(fe, number, verdict, is_done) {
#ifdef ANSWER_BEFORE_CLAIM
    d_step { is_done = true; answer(fe, is_done); is_done = false };
#endif
#ifdef DELIVER_BEFORE_CLAIM
    d_step { begin_delivery(HANDLER_OF(fe)) };
    call_host(HANDLER_OF(fe), verdict);
    d_step { end_delivery(HANDLER_OF(fe)) };
#endif
    if
    :: d_step { claim(HANDLER_OF(fe), number, is_done);
          if
          :: number != 0 -> begin_delivery(HANDLER_OF(fe))
          :: else
          fi }
    :: d_step { CAN_FAIL -> FAULT } /* the storage fails */
    fi;
    if
    :: number != 0 ->
       call_host(HANDLER_OF(fe), verdict);
       conclude(HANDLER_OF(fe), number, verdict, is_done)
    :: else
    fi;
    d_step { answer(fe, is_done); number = 0; verdict = 0; is_done = false }
}

/* ---- Front ends -------------------------------------------------------------------------------------- */

#define END_WHEN_DEAD \
    unless { atomic { is_dead[fe] -> running[fe]--; number = 0; verdict = 0; is_done = false } }

proctype handler(byte fe) {
    byte number;
    bool is_done;
    mtype verdict;
end:
    do
    :: atomic { !is_dead[fe] -> running[fe]++ };
       {
end_idle:
           do
           :: asked[fe] -> handle(fe, number, verdict, is_done)
           od
       } END_WHEN_DEAD
    od
}

#if defined(NO_RECOVERY)
#define IS_DUE false
#elif defined(RECOVERY_IGNORES_LEASES)
#define IS_DUE (entry == pending)
#elif defined(FORGOTTEN_MARKS)
#define IS_DUE (entry == pending && lease != held && !is_answered)
#else
#define IS_DUE (entry == pending && lease != held)
#endif

proctype recovery(byte fe) {
    byte number;
    bool is_done;
    mtype verdict;
end:
    do
    :: atomic { !is_dead[fe] -> running[fe]++ };
       {
end_idle:
           do
#ifndef NO_FLUSH
           :: d_step { later[fe] != 0 -> write_later(fe) }
#endif
           :: d_step { IS_DUE ->
                 write_later(fe);
                 if
                 :: IS_DUE ->
                    give_lease(RECOVERY_OF(fe), number);
                    begin_delivery(RECOVERY_OF(fe))
                 :: else
                 fi };
              if
              :: number != 0 ->
                 call_host(RECOVERY_OF(fe), verdict);
                 conclude(RECOVERY_OF(fe), number, verdict, is_done);
                 d_step { number = 0; verdict = 0; is_done = false }
              :: else
              fi
           od
       } END_WHEN_DEAD
    od
}

/* ---- The world --------------------------------------------------------------------------------------- */

/* Segpay: sends to either front end until it has the success word. */
#define CAN_ASK(fe) (awaited == 0 && !is_answered && !asked[fe] && !is_dead[fe])
inline ask(fe) { asked[fe] = true; awaited = fe + 1 }

proctype segpay() {
    d_step { CAN_ASK(0) -> ask(0) }; /* the two are alike: this one is asked first */
end:
    do
    :: d_step { CAN_ASK(0) -> ask(0) }
    :: d_step { CAN_ASK(1) -> ask(1) }
    :: d_step { awaited != 0 && CAN_FAIL -> FAULT; awaited = 0 } /* the answer took too long */
    :: d_step { is_answered && CAN_FAIL && !asked[0] && !is_dead[0] -> FAULT; ask(0) } /* once more */
    od
}

/* A lease ends: when its holder will never settle, eventually; else at any time, as a fault. */
proctype time() {
end:
    do
    :: d_step { lease == held && (is_abandoned || CAN_FAIL) ->
          if
          :: is_abandoned
          :: else -> FAULT
          fi;
          lease = over;
          holder = NO_THREAD;
          delivering = NO_THREAD;
          is_abandoned = false }
    od
}

/* SIGKILL, at any moment, and a supervisor. */
proctype power(byte fe) {
end:
    do
    :: d_step { running[fe] == 2 && CAN_FAIL -> FAULT;
          is_dead[fe] = true;
          later[fe] = 0;
          asked[fe] = false;
          if
          :: awaited == fe + 1 -> awaited = 0
          :: else
          fi;
          if
          :: holder != NO_THREAD && FRONT_END_OF(holder) == fe -> is_abandoned = true
          :: else
          fi;
          if
          :: delivering != NO_THREAD && FRONT_END_OF(delivering) == fe -> delivering = NO_THREAD
          :: else
          fi }
    :: d_step { is_dead[fe] && running[fe] == 0 -> is_dead[fe] = false }
    od
}

#ifdef LIVENESS
/* Keeps a world without further events running, so that its fault is found. */
proctype idle() {
end:
    do
    :: faults <= FAULTS
    od
}
#endif

init {
    atomic {
        byte fe;
        run segpay();
        run time();
#ifdef LIVENESS
        run idle();
#endif
        for (fe : 0 .. FRONT_ENDS - 1) {
            run handler(fe);
            run recovery(fe);
            run power(fe)
        }
    }
}

#ifdef KEYLESS_HOST
#define IS_WELL (effects >= 1)
#else
#define IS_WELL (effects == 1)
#endif

ltl eventually { <>[] (entry == settled && is_answered && IS_WELL) }
