<?php
/*
 * process_segpay.php as a user would write it, without what it does with the event: parse_str, and
 * the usual switch into a typed array. The argument is a file with a query string a line.
 */
declare(strict_types=1);
require __DIR__ . '/race.php';

const DECIMALS = ['JPY' => 0, 'KWD' => 3, 'BHD' => 3];

function kind_of_initial(array $p): string
{
    if ((int) $p['xsellnum'] > 0) return 'cross_sell';
    if (!empty($p['tokenplus'])) return 'token_purchase';
    if (!empty($p['upsell'])) return 'upsell';
    if (!empty($p['octoken'])) return 'one_click';
    return 'join';
}

function kind_of(array $p, bool $approved): string
{
    switch (strtolower($p['transtype'])) {
        case 'credit':
            return 'credit';
        case 'charge':
            return 'chargeback';
        case 'revoke':
            return 'revoke';
        case 'sale':
            break;
        default:
            return 'unknown';
    }
    if (strtolower($p['action']) === 'void') return 'void';
    switch (strtolower($p['stage'])) {
        case 'initial':
            return $approved ? kind_of_initial($p) : 'denial';
        case 'conversion':
            return $approved ? 'conversion' : 'insufficient_funds';
        case 'rebill':
            return $approved ? 'rebill' : 'insufficient_funds';
        case 'instant conversion':
        case 'instantconversion':
            return $approved ? 'upgrade' : 'upgrade_denial';
        case 'reactivation':
            return $approved ? 'reactivation' : 'denial';
        default:
            return 'unknown';
    }
}

function event_of(string $query): array
{
    parse_str($query, $p);
    $approved = strtolower($p['approved']) === 'yes';
    [$package, $price_point] = explode(':', $p['eticketid']);
    $decimals = DECIMALS[$p['currencycode']] ?? 2;
    return [
        'kind' => kind_of($p, $approved),
        'purchase_id' => $p['purchaseid'],
        'transaction_id' => $p['transid'],
        'related_transaction_id' => $p['relatedtranid'],
        'amount_minor' => abs((int) round((float) $p['price'] * 10 ** $decimals)),
        'currency' => $p['currencycode'],
        'approved' => $approved,
        'member_id' => (int) $p['memberid'],
        'session' => $p['session'],
        'affiliate' => $p['merchantpartnerid'],
        'username' => $p['username'],
        'password' => $p['password'],
        'email' => $p['email'],
        'name' => $p['name'],
        'country' => $p['country'],
        'package' => (int) $package,
        'price_point' => (int) $price_point,
        'cross_sell_slot' => (int) $p['xsellnum'],
        'xref1' => $p['xref1'],
        'xref2' => $p['xref2'],
        'upsell' => $p['upsell'],
        'tokenplus' => $p['tokenplus'],
        'octoken' => $p['octoken'],
        'trans_guid' => $p['transGUID'],
        'card_type' => $p['cardtype'],
        'payment_type' => $p['paymenttype'],
    ];
}

$queries = file($argv[1], FILE_IGNORE_NEW_LINES);

race([
    'parse' => function () use ($queries): string {
        $fields = 0;
        foreach ($queries as $query) {
            parse_str($query, $p);
            $fields += count($p);
        }
        return (string) $fields;
    },
    'translate' => function () use ($queries): string {
        $minor = 0;
        foreach ($queries as $query) {
            $event = event_of($query);
            $minor += $event['amount_minor'];
        }
        return (string) $minor;
    },
    // What became of each, to compare with ours once.
    'kinds' => function () use ($queries): string {
        return implode(',', array_map(fn ($query) => event_of($query)['kind'], $queries));
    },
]);
