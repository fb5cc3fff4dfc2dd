/* A claim on a Galera cluster whose COMMIT may lose its answer, as in plugin/ledger/mariadb/mysql_writer.hpp:
 * two front ends claim one event through either of two nodes. FAULTS times a connection is lost during a
 * COMMIT, and the write set may be gone, or take effect at once, or much later; or a transaction is rolled
 * back before its end.
 *
 * The guarantees of Galera that are used: write sets get one order; one fails when, after the state that its
 * node had applied when it began, another was certified that wrote one of its rows; nodes apply certified
 * write sets, each at its own pace. A transaction can be rolled back before its end without an error; its
 * later statements are then a transaction of their own. The rows here: the event's key, and one of each
 * writer, which every transaction reads first and replaces by its number at the end.
 *
 * Mutations: see check.py. Not modelled: locks of a single server, which exclude the same conflicts.
 */
#ifndef FAULTS
#define FAULTS 2
#endif

#define FRONT_ENDS 2
#define NODES 2
#define NUMBERS 8 /* of transactions of one writer, from 1 */
#define CERTIFIED 10

mtype = { open, mine, theirs };                /* a front end's belief about the claim */
mtype = { nothing, committed, conflict, lost }; /* the answer to its COMMIT */

/* The certified write sets, in order, from 1. */
byte length = 0;
byte writer_of[CERTIFIED];
byte number_of[CERTIFIED];
bool is_claim[CERTIFIED];
byte applied[NODES];

/* Write sets in flight, by writer and number: the length applied at their node when they began, plus one. */
typedef Writer {
    byte began[NUMBERS];
    bool claims[NUMBERS];
    byte last;      /* the last number */
    byte waits_for; /* the number whose COMMIT waits for its answer; 0: none */
    mtype answer;
    mtype belief
};
Writer writer[FRONT_ENDS];

byte faults = 0;
byte place; /* for loops within one step */
bool is_found;

inline look_for_claim(node) {
    is_found = false;
    for (place : 1 .. applied[node]) {
        is_found = (is_found || is_claim[place])
    }
}

/* The number that the writer's row has at a node; 0: there is no row. */
inline look_for_number(me, node, found) {
    found = 0;
    for (place : 1 .. applied[node]) {
        if
        :: writer_of[place] == me -> found = number_of[place]
        :: else
        fi
    }
}

/* The end of each transaction, and COMMIT. */
inline send_commit(me, node, is_claiming) {
    writer[me].last++;
    assert(writer[me].last < NUMBERS);
    writer[me].began[writer[me].last] = applied[node] + 1;
    writer[me].claims[writer[me].last] = is_claiming;
    writer[me].waits_for = writer[me].last;
    writer[me].answer = nothing
}

inline await_answer(me) {
    writer[me].answer != nothing
}

#ifdef NUMBER_IS_NOT_COMPARED
#define IS_THE_ONE(found, asked) false
#else
#define IS_THE_ONE(found, asked) (found == asked)
#endif

/* Every certified write set is applied here (wsrep_sync_wait). */
inline look(me, node, found) {
    d_step { applied[node] == length -> look_for_number(me, node, found) }
}

/* Replaces the row that was found, or inserts one. If the row has changed since, nothing is replaced, or
 * the insert fails. */
inline replace_row(me, node, found) {
    d_step {
        look_for_number(me, node, there);
        if
#ifdef ROW_IS_OVERWRITTEN
        :: true -> send_commit(me, node, false)
#else
        :: there == found -> send_commit(me, node, false)
        :: else -> writer[me].answer = conflict
#endif
        fi;
        there = 0
    }
}

/* Whether the transaction `asked` was committed: found becomes its number, or 0. After 0 it never commits,
 * because a later transaction has written its row. */
inline ask(me, asked, found) {
    do
    :: true ->
       if
       :: look(me, 0, found); node = 0
       :: look(me, 1, found); node = 1
       fi;
       if
       :: IS_THE_ONE(found, asked) -> break
       :: else
       fi;
#ifdef NO_FENCE
       found = 0;
       break;
#endif
       replace_row(me, node, found);
       found = 0;
       await_answer(me);
       if
       :: writer[me].answer == committed -> break
       :: else /* it was committed meanwhile, or the outcome is unknown again */
       fi
    od
}

/* Reads what a node has applied; after a conflict, once that is everything. */
inline try_claim(me, node) {
    d_step { is_first || applied[node] == length ->
       is_first = false;
       look_for_claim(node);
       if
       :: is_found -> writer[me].belief = theirs
       :: else -> send_commit(me, node, true)
       fi;
       is_found = false }
}

/* The same, but the claim is rolled back before the end, where the beginning is then missing. */
inline try_claim_rolled_back(me, node) {
    d_step { faults < FAULTS && (is_first || applied[node] == length) ->
       faults++;
       is_first = false;
       look_for_claim(node);
       if
       :: is_found -> writer[me].belief = theirs
       :: else ->
#ifdef BEGINNING_IS_NOT_CHECKED
          send_commit(me, node, false)
#else
          writer[me].answer = conflict
#endif
       fi;
       is_found = false }
}

proctype front_end(byte me) {
    byte node;
    byte asked;
    byte found;
    byte there;
    bool is_first = true;
    do
    :: writer[me].belief == open ->
       if
       :: try_claim(me, 0)
       :: try_claim(me, 1)
       :: try_claim_rolled_back(me, 0)
       :: try_claim_rolled_back(me, 1)
       fi;
       if
       :: writer[me].belief == theirs -> break
       :: else
       fi;
       await_answer(me);
       if
       :: writer[me].answer == committed -> writer[me].belief = mine
       :: writer[me].answer == conflict
       :: writer[me].answer == lost ->
#if defined(LOSS_IS_SUCCESS)
          writer[me].belief = mine
#elif !defined(LOSS_IS_FAILURE)
          asked = writer[me].waits_for;
          ask(me, asked, found);
          if
          :: found != 0 -> writer[me].belief = mine
          :: else
          fi
#endif
       fi
    :: writer[me].belief != open -> break
    od
}

/* The group: orders and certifies write sets. */
inline certify(me, number) {
    is_found = false;
    for (place : writer[me].began[number] .. length) {
        is_found = (is_found || writer_of[place] == me || (writer[me].claims[number] && is_claim[place]))
    }
#ifdef NO_CERTIFICATION
    is_found = false;
#endif
    writer[me].began[number] = 0;
    if
    :: is_found /* it has no effect */
    :: else ->
       length++;
       writer_of[length] = me;
       number_of[length] = number;
       is_claim[length] = writer[me].claims[number]
    fi;
    writer[me].claims[number] = false;
    if
    :: writer[me].waits_for == number && writer[me].answer == nothing ->
       writer[me].answer = (is_found -> conflict : committed)
    :: else /* no front end waits for it */
    fi;
    is_found = false
}

#define IS_IN_FLIGHT(me, number) (writer[me].began[number] != 0)
#define IS_AWAITED(me, number) (writer[me].waits_for == number && writer[me].answer == nothing)

#define MAY_HAPPEN_TO(number) \
    :: d_step { IS_IN_FLIGHT(me, number) -> certify(me, number) } \
    :: d_step { IS_AWAITED(me, number) && faults < FAULTS -> faults++; writer[me].answer = lost } \
    :: d_step { IS_IN_FLIGHT(me, number) && !IS_AWAITED(me, number) -> \
          writer[me].began[number] = 0; writer[me].claims[number] = false }

/* A write set is certified or fails; or the connection is lost, and then the write set may be lost with its
 * node, or survive. */
proctype group(byte me) {
end:
    do
    MAY_HAPPEN_TO(1)
    MAY_HAPPEN_TO(2)
    MAY_HAPPEN_TO(3)
    MAY_HAPPEN_TO(4)
    MAY_HAPPEN_TO(5)
    MAY_HAPPEN_TO(6)
    MAY_HAPPEN_TO(7)
    od
}

proctype galera_node(byte me) {
end:
    do
    :: d_step { applied[me] < length -> applied[me]++ }
    od
}

/* When both have decided: one of them has the claim, and knows. Later write sets do not change that. */
inline check_beliefs() {
    owner = 0;
    owners = 0;
    for (place : 1 .. length) {
        if
        :: is_claim[place] -> owners++; owner = writer_of[place]
        :: else
        fi
    }
    assert(owners == 1);
    assert(writer[owner].belief == mine);
    assert(writer[1 - owner].belief == theirs)
}

init {
    byte me;
    byte owner;
    byte owners;
    atomic {
        for (me : 0 .. FRONT_ENDS - 1) {
            writer[me].belief = open;
            writer[me].answer = nothing;
            run front_end(me);
            run group(me)
        }
        for (me : 0 .. NODES - 1) {
            run galera_node(me)
        }
    }
    do
    :: d_step { writer[0].belief != open && writer[1].belief != open -> check_beliefs() }
    od
}
