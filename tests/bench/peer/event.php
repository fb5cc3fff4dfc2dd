<?php
/*
 * A postback as an event, the way a process_segpay.php is usually written: parse_str, and a switch
 * into a typed array.
 */
declare(strict_types=1);

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
