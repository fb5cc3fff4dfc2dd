/* Processes that make each other's claims, as plugin/ledger/sqlite/process_turn.hpp and sqlite_writer.hpp tell it:
 * whoever finds the turn taken leaves his claim in a place, and whoever has the turn makes it in his
 * transaction, syncs, and answers. Two of them claim the same event, the third another. FAULTS times somebody dies, at
 * any step, and begins anew or does not; or loses his patience.
 *
 * The ledger itself is one step here: it decides by the event's key (see ledger.pml). That somebody who
 * waits is woken is not in it: he looks every now and then, and that is enough for all that is claimed
 * here.
 *
 * Mutations: see check.py.
 */
#ifndef FAULTS
#define FAULTS 2
#endif

#ifndef PROCESSES
#define PROCESSES 2 /* or 3 */
#endif
#define PLACES 2
#define NOBODY 7

#define EVENT(who) (who / 2) /* of processes 0 and 1: 0; of 2: 1 */
#define EVENTS 2

mtype = { idle, posted, taken, answered, refused };

typedef Place {
    byte owner = NOBODY; /* who holds its mutex */
    byte term; /* of him: each who comes has another */
    mtype state = idle;
    byte errand;         /* whose: process, and which life of it */
    byte taker;          /* a place */
    byte takers_term;
    byte answer_to;      /* an errand */
    bool is_new          /* the answer */
};
Place place[PLACES];

byte turn = NOBODY;
bool is_claimed[EVENTS]; /* committed: whoever looks sees it */
bool is_synced[EVENTS];
bool is_told[EVENTS];    /* that it was new; to be told to one alone */
byte faults = 0;

#define ERRAND (me + PROCESSES * life)
#define OWNER_OF(errand) (errand % PROCESSES)

#define IS_SAME_TERM(p) (place[place[p].taker].term == place[p].takers_term)
#ifdef DEAD_TAKER_IS_NOT_NOTICED
#define IS_TAKER_ALIVE(p) true
#else
#define IS_TAKER_ALIVE(p) (IS_SAME_TERM(p) && place[place[p].taker].owner != NOBODY)
#endif
#ifdef TAKEN_PLACE_IS_USED_AGAIN
#define IS_FREE(p) true
#else
#define IS_FREE(p) (place[p].state != taken || !IS_TAKER_ALIVE(p))
#endif

/* May happen before any step. */
#define OR_DIE :: faults < FAULTS -> faults++; goto dies

inline clear_place(number) {
    place[number].state = idle;
    place[number].errand = 0;
    place[number].taker = 0;
    place[number].takers_term = 0;
    place[number].answer_to = 0;
    place[number].is_new = false
}

/* Any place that can be had, or none. */
inline occupy(mine) {
    d_step {
        mine = NOBODY;
        for (p : 0 .. PLACES - 1) {
            if
            :: mine == NOBODY && place[p].owner == NOBODY && IS_FREE(p) ->
               mine = p;
               place[p].owner = me;
               place[p].term++;
               clear_place(p)
            :: else
            fi
        }
        p = 0
    }
}

inline withdraw(mine, was_posted) {
    d_step {
        was_posted = (place[mine].state == posted);
        if
        :: was_posted -> clear_place(mine)
        :: else
        fi
    }
}

inline hear(news) {
    assert(is_synced[EVENT(me)]);
    if
    :: news -> assert(!is_told[EVENT(me)]); is_told[EVENT(me)] = true
    :: else
    fi
}

/* What is found in a place is taken along, by whoever has the turn; `own` says that he lives. */
inline take_along(p) {
    if
    :: place[p].state == posted && own == NOBODY && p != mine -> occupy(own)
    :: else
    fi;
    d_step {
        if
        :: place[p].state == posted && own != NOBODY ->
           place[p].taker = own;
           place[p].takers_term = place[own].term;
           place[p].state = taken;
           has_taken[p] = true;
           errand_of[p] = place[p].errand
        :: else
        fi
    }
}

inline answer(p) {
    d_step {
        if
        :: has_taken[p] ->
           place[p].answer_to = errand_of[p];
           place[p].is_new = was_new[p];
           place[p].state = answered;
           has_taken[p] = false;
           errand_of[p] = 0;
           was_new[p] = false
        :: else
        fi
    }
}

inline answer_all() {
    answer(0);
    if
    :: true
    OR_DIE
    fi;
    answer(1)
}

proctype process(byte me) {
    byte life = 0, mine = NOBODY, own = NOBODY, p = 0;
    bool was_posted, own_is_new;
    bool has_taken[PLACES];
    byte errand_of[PLACES];
    bool was_new[PLACES];

begins:
    if
    :: atomic { turn == NOBODY -> turn = me }; goto leads
    :: turn != NOBODY
    OR_DIE
    fi;
    occupy(mine);
    if
    :: mine == NOBODY -> /* all are occupied: waits for the turn */
       if
       :: atomic { turn == NOBODY -> turn = me }; goto leads
       OR_DIE
       fi
    :: else
    fi;
    place[mine].errand = ERRAND;
    place[mine].state = posted;

waits:
    if
    :: atomic { turn == NOBODY -> turn = me };
       withdraw(mine, was_posted);
       if
       :: was_posted -> place[mine].owner = NOBODY; mine = NOBODY; goto leads
       :: else -> turn = NOBODY /* it was taken along: waits for the answer */
       fi;
       if
       :: place[mine].state != taken || !IS_TAKER_ALIVE(mine)
       OR_DIE
       fi
    :: place[mine].state == answered || (place[mine].state == taken && !IS_TAKER_ALIVE(mine))
    :: faults < FAULTS -> /* has waited long enough */
       faults++;
       withdraw(mine, was_posted);
       place[mine].owner = NOBODY;
       goto ends /* and asks again some day */
    OR_DIE
    fi;
    d_step {
        if
        :: place[mine].state == answered ->
           assert(place[mine].answer_to == ERRAND);
           hear(place[mine].is_new);
           clear_place(mine);
           place[mine].owner = NOBODY;
           mine = NOBODY;
           was_posted = false
        :: else -> /* who took it along has died */
           clear_place(mine);
           place[mine].owner = NOBODY;
           mine = NOBODY;
           was_posted = true
        fi
    };
    if
    :: was_posted -> goto begins
    :: else -> goto ends
    fi;

leads:
    take_along(0);
    take_along(1);
    if
    :: true
    OR_DIE
    fi;
    d_step { /* the transaction */
        own_is_new = !is_claimed[EVENT(me)];
        is_claimed[EVENT(me)] = true;
        for (p : 0 .. PLACES - 1) {
            if
            :: has_taken[p] ->
               was_new[p] = !is_claimed[EVENT(OWNER_OF(errand_of[p]))];
               is_claimed[EVENT(OWNER_OF(errand_of[p]))] = true
            :: else
            fi
        }
        p = 0
    };
    if
    :: true
    OR_DIE
    fi;
    turn = NOBODY;
    if
    :: true
    OR_DIE
    fi;
#ifdef ANSWER_BEFORE_SYNC
    answer_all();
#endif
    d_step { /* the sync is for all that was committed before it */
        for (p : 0 .. EVENTS - 1) {
            is_synced[p] = is_claimed[p]
        }
        p = 0
    };
    if
    :: true
    OR_DIE
    fi;
    answer_all();
    d_step {
        hear(own_is_new);
        if
        :: own != NOBODY -> place[own].owner = NOBODY
        :: else
        fi;
        own = NOBODY;
        own_is_new = false
    };
    goto ends;

dies:
    skip;
    d_step {
        if
        :: turn == me -> turn = NOBODY
        :: else
        fi;
        for (p : 0 .. PLACES - 1) {
            if
            :: place[p].owner == me -> place[p].owner = NOBODY
            :: else
            fi;
            has_taken[p] = false;
            errand_of[p] = 0;
            was_new[p] = false
        }
        p = 0;
        own_is_new = false;
        was_posted = false;
        mine = NOBODY;
        own = NOBODY
    };
    if
        :: life < 1 -> life++; goto begins
    :: true
    fi;
ends:
    skip
}

init {
    atomic {
        run process(0);
        run process(1);
#if PROCESSES > 2
        run process(2)
#endif
    }
}
