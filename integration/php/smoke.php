<?php
/*
 * The smallest host in PHP: builds a join link, passes it one postback and applies the event. The
 * interface to the plugin is in biller.php.
 *
 *     php smoke.php biller.ffi.h nats_segpay.so sandbox.yaml 'action=Auth&stage=Initial&...'
 *
 * Exit 0: the link was built and the event arrived. 1: an error, which is on stderr.
 */
declare(strict_types=1);

require __DIR__ . '/biller.php';

if ($argc !== 5) {
    fwrite(STDERR, "usage: php smoke.php HEADER PLUGIN CONFIG QUERY\n");
    exit(2);
}
try {
    [, $header, $library, $config, $query] = $argv;
    $biller = new Biller($header, $library, $config, ':memory:');
    echo 'link   ', $biller->joinLink('101', '908172'), "\n";
    echo 'path   ', $biller->postbackPath(), "\n";

    $events = [];
    $apply = function (array $event) use (&$events, $biller): int {
        $events[] = $event; // a real host: its effect and its key, in one transaction
        return $biller->ffi->BILLER_DONE;
    };
    $reply = $biller->handle('GET', $query, '', '127.0.0.1', $apply);
    echo 'reply  ', json_encode($reply, JSON_THROW_ON_ERROR), "\n";
    foreach ($events as $event) {
        unset($event['password']); // for the books alone
        echo 'event  ', json_encode($event, JSON_THROW_ON_ERROR), "\n";
    }
    echo 'left   ', $biller->recover($apply), "\n";
    foreach ($biller->log() as $line) {
        echo 'log    ', $line, "\n";
    }
    $isWhole = isset($reply['headers']['Content-Type']);
    exit($reply['status'] === 200 && $isWhole && count($events) === 1 ? 0 : 1);
} catch (Throwable $failure) {
    fwrite(STDERR, "smoke.php: {$failure->getMessage()}\n");
    exit(1);
}
