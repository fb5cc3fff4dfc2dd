/* What is handed out stands in one row, and each process keeps a copy of it
 * (plugin/ledger/sqlite/sqlite_handed_out.hpp): two front ends on one file, two events of one purchase,
 * Segpay's retries, recovery, and up to FAULTS faults of any kind: a front end dies and is started
 * again, a lease ends while its holder is alive, a transaction fails, or is committed though it
 * seems to have failed, Segpay stops waiting or sends again what was answered.
 *
 * An event that has come and stands neither in the row nor in the queue counts as settled: so one
 * that gets lost between the two would be acknowledged, and nobody would ever hear of it.
 *
 * A transaction is one step. Marks are durable before the answer: one that was left for later and
 * lost is the same as a death before the mark (ledger.pml).
 * Mutations, each of which takes one protection away: the table in check.py.
 *
 * Not in it: dead letters, the host's wish for another attempt, passwords, a row that is full.
 */
#ifndef FAULTS
#define FAULTS 2
#endif

#define FRONT_ENDS 2
#define EVENTS 2
#define NOBODY 0 /* threads have numbers from 1 */
#define HANDLER_OF(fe) (2 * (fe) + 1)
#define RECOVERY_OF(fe) (2 * (fe) + 2)
#define FRONT_END_OF(thread) (((thread) - 1) / 2)
#define OTHER(e) (1 - (e))
#define NONE 2 /* no event */
#define BIT(e) (1 << (e))
#define HAS(set, e) (((set) & BIT(e)) != 0)
#define WITH(set, e) ((set) | BIT(e))
#define WITHOUT(set, e) ((set) & (3 - BIT(e)))

mtype = { free, held, over };                     /* a lease */
mtype = { claiming, settling, recovering };       /* a transaction's work */
mtype = { fine, failed, unknown };                /* what becomes of it, as its process hears */

/* The file. Sets of events are bits. */
byte came = 0;      /* have a key and an entry */
byte row = 0;       /* are handed out for the first time */
byte version = 1;   /* of the row */
byte queue = 0;
byte waiting = 0;   /* of those in the queue: behind another one */
mtype lease[EVENTS];
byte attempts[EVENTS];

/* The host's. */
byte effects[EVENTS];

/* Of a process; gone when it dies. */
byte copy[FRONT_ENDS];         /* of the row */
byte copied[FRONT_ENDS];       /* which version of it; 0: it has none yet */
bool is_as_left[FRONT_ENDS];   /* the last transaction was committed, as far as the process knows */
byte asked[FRONT_ENDS];        /* the event that a request brought */
bool is_dead[FRONT_ENDS];
byte running[FRONT_ENDS];      /* its threads */

/* Segpay. */
byte awaited[EVENTS];          /* the front end whose answer it waits for, plus one */
byte answered = 0;

/* Kept for the properties and for the count of faults; no step of the protocol reads it. */
byte faults = 0;
byte holder[EVENTS];           /* whose lease runs */
byte abandoned = 0;            /* the holder will not settle any more */
byte first = NONE;             /* of the two */

/* Of a transaction; nothing outlives it. */
hidden byte row_before, version_before, queue_before, waiting_before, came_before, first_before;
hidden mtype lease_before[EVENTS];
hidden byte attempts_before[EVENTS];
hidden byte is_changed, has_before;

#define CAN_FAIL (faults < FAULTS)
#define FAULT faults++
#define IS_SETTLED(e) (HAS(came, e) && !HAS(row, e) && !HAS(queue, e))

/* ---- Parts of a transaction ------------------------------------------------------------------- */

inline open(fe) {
    row_before = row; version_before = version; queue_before = queue; waiting_before = waiting;
    came_before = came; first_before = first;
    lease_before[0] = lease[0]; lease_before[1] = lease[1];
    attempts_before[0] = attempts[0]; attempts_before[1] = attempts[1];
    is_changed = false;
    if
#ifdef COPY_IS_ALWAYS_TRUSTED
    :: copied[fe] != 0
#elif defined(COPY_SURVIVES_FAILURES)
    :: copied[fe] == version
#else
    :: is_as_left[fe] && copied[fe] == version
#endif
    :: else -> copy[fe] = row; copied[fe] = version
    fi;
    is_as_left[fe] = false
}

inline close(fe, fate) {
    if
    :: is_changed -> copied[fe] = copied[fe] + 1; row = copy[fe]; version = copied[fe]
    :: else
    fi;
    if
    :: fate == fine -> is_as_left[fe] = true
    :: fate == failed -> /* rolled back */
       row = row_before; version = version_before; queue = queue_before; waiting = waiting_before;
       came = came_before; first = first_before;
       lease[0] = lease_before[0]; lease[1] = lease_before[1];
       attempts[0] = attempts_before[0]; attempts[1] = attempts_before[1]
    :: fate == unknown
    fi;
    row_before = 0; version_before = 0; queue_before = 0; waiting_before = 0; came_before = 0;
    first_before = 0; lease_before[0] = 0; lease_before[1] = 0; attempts_before[0] = 0;
    attempts_before[1] = 0; is_changed = false; has_before = false;
    assert((row & queue) == 0) /* one place for each */
}

/* To the queue, as what was handed out for the first time. */
inline move(fe, e) {
    if
    :: HAS(copy[fe], e) ->
       copy[fe] = WITHOUT(copy[fe], e);
       queue = WITH(queue, e);
       is_changed = true
    :: else
    fi
}

inline hand_out(e, got) {
    attempts[e]++;
    lease[e] = held;
    got = attempts[e]
}

/* got becomes the number of the attempt when it is handed out; is_done: it was settled before. */
inline claim(fe, e, got, is_done) {
    if
    :: !HAS(came, e) ->
#ifndef FOLLOWER_LOOKS_IN_THE_QUEUE_ONLY
       move(fe, OTHER(e));
#endif
       has_before = HAS(queue, OTHER(e));
       came = WITH(came, e);
       first = (first == NONE -> e : first);
       attempts[e] = 0;
       if
       :: !has_before -> copy[fe] = WITH(copy[fe], e); is_changed = true; hand_out(e, got)
       :: has_before -> queue = WITH(queue, e); waiting = WITH(waiting, e)
       fi
    :: else ->
#ifndef REPEAT_LOOKS_IN_THE_QUEUE_ONLY
       move(fe, e);
#endif
       if
       :: !HAS(queue, e) -> is_done = true
       :: HAS(queue, e) && (HAS(waiting, e) || lease[e] == held)
       :: HAS(queue, e) && !HAS(waiting, e) && lease[e] != held -> hand_out(e, got)
       fi
    fi
}

/* The mark of what was applied. */
inline settle(fe, e, attempt, is_ours) {
    if
    :: HAS(copy[fe], e) ->
       copy[fe] = WITHOUT(copy[fe], e);
       is_changed = true;
       is_ours = true
    :: !HAS(copy[fe], e) && HAS(queue, e) && attempts[e] == attempt && lease[e] != free ->
       queue = WITHOUT(queue, e);
       is_ours = true
    :: else
    fi;
    if
    :: is_ours -> lease[e] = free; waiting = 0
    :: else
    fi
}

inline recover(fe, e, got) {
    if
    :: HAS(copy[fe], e) && lease[e] == over -> move(fe, e)
    :: else
    fi;
    if
    :: HAS(queue, e) && !HAS(waiting, e) && lease[e] != held -> hand_out(e, got)
    :: else
    fi
}

/* ---- A transaction, and what its process makes of it -------------------------------------------- */

/* got: the attempt that is handed out to the thread. What was handed out to nobody's knowledge is
 * abandoned from the beginning. */
inline transact(thread, work, fate, e, got, is_done) {
    open(FRONT_END_OF(thread));
    if
    :: work == claiming -> claim(FRONT_END_OF(thread), e, got, is_done)
    :: work == settling -> settle(FRONT_END_OF(thread), e, got, is_done)
    :: work == recovering -> recover(FRONT_END_OF(thread), e, got)
    fi;
    close(FRONT_END_OF(thread), fate);
    if
    :: fate != failed && work == settling && is_done ->
       assert(effects[e] == 1);
       holder[e] = NOBODY;
       abandoned = WITHOUT(abandoned, e)
    :: fate == failed && work == settling -> /* nobody will any more, until the lease ends */
       abandoned = (holder[e] == thread -> WITH(abandoned, e) : abandoned)
    :: fate != failed && work != settling && got != 0 ->
       assert(holder[e] == NOBODY); /* nobody is handed what somebody holds */
       assert(e == first || IS_SETTLED(first)); /* in order */
       holder[e] = thread;
       abandoned = (fate == unknown -> WITH(abandoned, e) : WITHOUT(abandoned, e))
    :: else
    fi;
    if
    :: fate != fine -> got = 0; is_done = false
    :: else
    fi
}

/* The host is called; it knows keys. */
inline call_host(e) {
    if
    :: effects[e] > 0
    :: else ->
       assert(e == first || effects[first] == 1);
       effects[e]++
    fi
}

#define TRANSACTION(thread, work, e, got, is_done) \
    if \
    :: d_step { transact(thread, work, fine, e, got, is_done) } \
    :: d_step { CAN_FAIL -> FAULT; transact(thread, work, failed, e, got, is_done) } \
    :: d_step { CAN_FAIL -> FAULT; transact(thread, work, unknown, e, got, is_done) } \
    fi

/* ---- Front ends ---------------------------------------------------------------------------------- */

inline answer(fe, e, is_done) {
    if
    :: awaited[e] == fe + 1 ->
       assert(!is_done || (IS_SETTLED(e) && effects[e] == 1)); /* acknowledged: applied and marked */
       answered = (is_done -> WITH(answered, e) : answered);
       awaited[e] = 0
    :: else /* nobody listens any more */
    fi;
    asked[fe] = NONE
}

#define END_WHEN_DEAD \
    unless { atomic { is_dead[fe] -> running[fe]--; got = 0; e = NONE; is_done = false } }

proctype handler(byte fe) {
    byte got, e = NONE;
    bool is_done;
end:
    do
    :: atomic { !is_dead[fe] -> running[fe]++ };
       {
end_idle:
           do
           :: asked[fe] != NONE ->
              e = asked[fe];
              TRANSACTION(HANDLER_OF(fe), claiming, e, got, is_done);
              if
              :: got != 0 ->
                 d_step { call_host(e) };
                 TRANSACTION(HANDLER_OF(fe), settling, e, got, is_done)
              :: else
              fi;
              d_step { answer(fe, e, is_done); got = 0; e = NONE; is_done = false }
           od
       } END_WHEN_DEAD
    od
}

/* Sees without a transaction what may be due. */
#define MAY_BE_DUE(e) (lease[e] != held && (HAS(row, e) || (HAS(queue, e) && !HAS(waiting, e))))

proctype recovery(byte fe) {
    byte got, e = NONE;
    bool is_done;
end:
    do
    :: atomic { !is_dead[fe] -> running[fe]++ };
       {
end_idle:
           do
           :: atomic {
                 if
                 :: MAY_BE_DUE(0) -> e = 0
                 :: MAY_BE_DUE(1) -> e = 1
                 fi };
              TRANSACTION(RECOVERY_OF(fe), recovering, e, got, is_done);
              if
              :: got != 0 ->
                 d_step { call_host(e) };
                 TRANSACTION(RECOVERY_OF(fe), settling, e, got, is_done)
              :: else
              fi;
              d_step { got = 0; e = NONE; is_done = false }
           od
       } END_WHEN_DEAD
    od
}

/* ---- The world ----------------------------------------------------------------------------------- */

/* Segpay: sends each event to either front end until it has the success word. */
#define CAN_ASK(fe, e) \
    (awaited[e] == 0 && !HAS(answered, e) && asked[fe] == NONE && !is_dead[fe])
inline ask(fe, e) { asked[fe] = e; awaited[e] = fe + 1 }

proctype segpay() {
    d_step { CAN_ASK(0, 0) -> ask(0, 0) }; /* all are alike: let these be the first */
end:
    do
    :: d_step { CAN_ASK(0, 0) -> ask(0, 0) }
    :: d_step { CAN_ASK(1, 0) -> ask(1, 0) }
    :: d_step { CAN_ASK(0, 1) -> ask(0, 1) }
    :: d_step { CAN_ASK(1, 1) -> ask(1, 1) }
    :: d_step { awaited[0] != 0 && CAN_FAIL -> FAULT; awaited[0] = 0 } /* it took too long */
    :: d_step { awaited[1] != 0 && CAN_FAIL -> FAULT; awaited[1] = 0 }
    :: d_step { HAS(answered, 0) && CAN_FAIL && asked[1] == NONE && !is_dead[1] ->
          FAULT; ask(1, 0) } /* once more */
    od
}

/* A lease ends: when nobody would settle any more, surely some day; else at any time, as a fault. */
inline end_lease(e) {
    faults = (HAS(abandoned, e) -> faults : faults + 1);
    lease[e] = over;
    holder[e] = NOBODY;
    abandoned = WITHOUT(abandoned, e)
}
#define MAY_END(e) (lease[e] == held && (HAS(abandoned, e) || CAN_FAIL))

proctype time() {
end:
    do
    :: d_step { MAY_END(0) -> end_lease(0) }
    :: d_step { MAY_END(1) -> end_lease(1) }
    od
}

inline bereave(fe, e) {
    if
    :: holder[e] != NOBODY && FRONT_END_OF(holder[e]) == fe -> abandoned = WITH(abandoned, e)
    :: else
    fi;
    if
    :: awaited[e] == fe + 1 -> awaited[e] = 0
    :: else
    fi
}

/* SIGKILL, at any moment, and a supervisor. */
proctype power(byte fe) {
end:
    do
    :: d_step { running[fe] == 2 && CAN_FAIL -> FAULT;
          is_dead[fe] = true;
          copy[fe] = 0;
          copied[fe] = 0;
          is_as_left[fe] = false;
          asked[fe] = NONE;
          bereave(fe, 0);
          bereave(fe, 1) }
    :: d_step { is_dead[fe] && running[fe] == 0 -> is_dead[fe] = false }
    od
}

#ifdef LIVENESS
/* So that a world in which nothing happens any more goes on, and its fault is found. */
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
        for (fe : 0 .. 1) {
            lease[fe] = free;
            asked[fe] = NONE
        }
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

#define IS_WELL(e) (IS_SETTLED(e) && effects[e] == 1)

ltl eventually { <>[] (answered == 3 && IS_WELL(0) && IS_WELL(1)) }
