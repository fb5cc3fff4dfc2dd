<?php
/*
 * An event in the usual process_segpay.php: one transaction that inserts the
 * transaction, updates the member and the subscription and credits the affiliate. A
 * repeated postback is known by the unique key.
 */
declare(strict_types=1);
require_once __DIR__ . '/event.php';

/* How often an event is retried after a deadlock. */
const ATTEMPTS = 5;

function connect(string $socket, bool $persistent): PDO
{
    return new PDO("mysql:unix_socket=$socket;dbname=nats;charset=utf8mb4", 'nats', '', [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_PERSISTENT => $persistent,
        // A script that ends after each request cannot keep what the server prepared for it, so
        // there it would only be one more round trip for each statement.
        PDO::ATTR_EMULATE_PREPARES => $persistent,
    ]);
}

/** A statement, prepared once as long as the script lives. */
function statement(PDO $db, string $sql): PDOStatement
{
    static $prepared = [];
    return $prepared[$sql] ??= $db->prepare($sql);
}

function run(PDO $db, string $sql, array $values): void
{
    statement($db, $sql)->execute($values);
}

function open_subscription(PDO $db, array $e): void
{
    run($db, 'INSERT INTO members
            (id, status, username, email, name, session, affiliate, created_at)
        VALUES (?, "active", ?, ?, ?, ?, ?, NOW())
        ON DUPLICATE KEY UPDATE status = "active", username = VALUES(username)',
        [$e['member_id'], $e['username'], $e['email'], $e['name'], $e['session'], $e['affiliate']]);
    run($db, 'INSERT INTO subscriptions
        (id, member, package, price_point, access, renewing, paid_until, created_at)
        VALUES (?, ?, ?, ?, 1, 1, NOW() + INTERVAL 3 DAY, NOW())
        ON DUPLICATE KEY UPDATE access = 1, renewing = 1',
        [$e['purchase_id'], $e['member_id'], $e['package'], $e['price_point']]);
}

function settle(PDO $db, array $e): void
{
    switch ($e['kind']) {
        case 'join':
        case 'cross_sell':
        case 'upsell':
        case 'one_click':
            open_subscription($db, $e);
            break;
        case 'conversion':
        case 'rebill':
        case 'upgrade':
            run($db, 'UPDATE subscriptions SET access = 1, renewing = 1,
                paid_until = GREATEST(paid_until, NOW()) + INTERVAL 30 DAY WHERE id = ?',
                [$e['purchase_id']]);
            break;
        case 'credit':
        case 'chargeback':
        case 'void':
        case 'revoke':
            run($db, 'UPDATE subscriptions SET renewing = 0 WHERE id = ?', [$e['purchase_id']]);
            break;
        default:
            return; // declined: no affiliate is credited
    }
    run($db, 'INSERT INTO affiliate_credits (affiliate, transaction, amount_minor)
        VALUES (?, ?, ?)', [$e['affiliate'], $e['transaction_id'], intdiv($e['amount_minor'], 2)]);
}

function apply_once(PDO $db, array $e): void
{
    $db->beginTransaction();
    try {
        run($db, 'INSERT INTO transactions (id, kind, subscription, member, related, amount_minor,
            currency, approved, card_type, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NOW())',
            [$e['transaction_id'], $e['kind'], $e['purchase_id'], $e['member_id'],
             $e['related_transaction_id'] ?: null, $e['amount_minor'], $e['currency'],
             (int) $e['approved'], $e['card_type']]);
        settle($db, $e);
        $db->commit();
    } catch (PDOException $failure) {
        $db->rollBack();
        throw $failure;
    }
}

/** Returns when the event is applied, now or before. Throws PDOException when it is not. */
function process(PDO $db, string $query): void
{
    $event = event_of($query);
    for ($attempt = 1;; ++$attempt) {
        try {
            apply_once($db, $event);
            return;
        } catch (PDOException $failure) {
            $code = $failure->errorInfo[1] ?? 0;
            if ($code === 1062) return; // duplicate key: applied before
            $is_transient = $code === 1213 || $code === 1205;
            if (!$is_transient || $attempt === ATTEMPTS) throw $failure;
        }
    }
}
