<?php
/*
 * A worker of bench-ledger: handles postbacks one after the other, each with ids that no other
 * worker uses. One in four is the first sale of a new purchase, the others are rebills.
 */
declare(strict_types=1);
require __DIR__ . '/race.php';

const SALE = 'action=Auth&stage=Initial&approved=Yes&name=Maria+Example&email=maria%%40mail.example'
    . '&country=US&transtype=Sale&purchaseid=%1$d&transid=%2$d&price=2.95&username=maria%1$d'
    . '&password=&currencycode=USD&eticketid=162209%%3a3097&memberid=%1$d&session=8a6e0804'
    . '&merchantpartnerid=4711&xsellnum=0&upsell=&tokenplus=&octoken=&cardtype=Visa&paymenttype=CC'
    . '&xref1=XS-8-301&xref2=XS-9-201&relatedtranid='
    . '&transGUID=7F3A5C21-90DE-4B7A-8C11-0123456789AB';
const REBILL = 'action=Auth&stage=Rebill&approved=Yes&name=Maria+Example'
    . '&email=maria%%40mail.example&country=US&transtype=Sale&purchaseid=%1$d&transid=%2$d'
    . '&price=29.95&username=&password=&currencycode=USD&eticketid=162209%%3a3097'
    . '&memberid=%1$d&session=8a6e0804'
    . '&merchantpartnerid=4711&xsellnum=0&upsell=&tokenplus=&octoken=&cardtype=Visa&paymenttype=CC'
    . '&xref1=XS-8-301&xref2=XS-9-201&relatedtranid=&transGUID=';
const ROOM = 1_000_000; // ids of one worker

/** @param callable(string): void $handle returns when the postback's event is durable */
function work(int $worker, callable $handle): void
{
    $first = $worker * ROOM;
    $sent = 0;
    $purchase = $first;
    $microseconds = [];
    race([
        'event' => function () use (&$sent, &$purchase, &$microseconds, $first, $handle): string {
            $id = $first + $sent;
            $is_sale = $sent++ % 4 === 0;
            if ($is_sale) $purchase = $id;
            $query = sprintf($is_sale ? SALE : REBILL, $purchase, $id);
            $begin = hrtime(true);
            $handle($query);
            $microseconds[] = intdiv(hrtime(true) - $begin, 1000);
            return (string) $sent;
        },
        // The time of each since the last call.
        'latencies' => function () use (&$microseconds): string {
            $all = implode(',', $microseconds);
            $microseconds = [];
            return $all . ',';
        },
    ]);
}
