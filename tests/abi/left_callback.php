<?php
/*
 * A host in PHP whose event handler ends the script: by exit(), by a fatal error, by running out of
 * time. The engine leaves the callback without a return; calls at shutdown, in the same process,
 * find every hook unharmed.
 *
 *     php left_callback.php biller.ffi.h nats_segpay.so sandbox.yaml exit|error|limit|throw
 */
declare(strict_types=1);

[, $header, $library, $config, $way] = $argv;
$ffi = FFI::cdef(file_get_contents($header), $library);
$kept = [];

function make(string $type): FFI\CData
{
    global $ffi;
    $struct = $ffi->new($type);
    $struct->struct_size = FFI::sizeof($struct);
    return $struct;
}

function say(FFI\CData $bytes, string $text): void
{
    global $ffi, $kept;
    $kept[] = $copy = $ffi->new('uint8_t[' . max(1, strlen($text)) . ']');
    FFI::memcpy($copy, $text, strlen($text));
    $bytes->data = FFI::cast('uint8_t *', FFI::addr($copy));
    $bytes->size = strlen($text);
}

$info = make('biller_host_info');
$found = $ffi->new('biller_plugin *');
$ffi->biller_entry_v1(FFI::addr($info), FFI::addr($found), null);
$plugin = $found[0];

$events = 0;
$now = 1790000000000;
$host = make('biller_host');
$host->now_ms = function ($context) use (&$now): int { return $now; };
$host->event = function ($context, $event, $reason) use ($ffi, &$events, $way): int {
    if (++$events > 1) {
        return $ffi->BILLER_DONE;
    }
    match ($way) {
        'exit' => exit(0),
        'error' => undefined_function(),
        'throw' => throw new RuntimeException('not caught'),
        'limit' => (function () { set_time_limit(1); for (;;); })(),
    };
};

$settings = make('biller_config');
say($settings->path, $config);
say($settings->ledger, ':memory:');
$instance = $ffi->new('biller_instance *');
$opened = ($plugin->open)(FFI::addr($settings), FFI::addr($host), FFI::addr($instance), null);

/** The status of the hook, and the outcome of the request. */
function handle(int $purchase): array
{
    global $plugin, $instance;
    $request = make('biller_http_request');
    say($request->method, 'GET');
    say($request->query, 'action=Auth&stage=Initial&approved=Yes&transtype=Sale&price=39.95'
        . "&currencycode=USD&eticketid=162209%3A1221&purchaseid=$purchase&transid=$purchase");
    say($request->peer, '127.0.0.1');
    $became = null;
    $sink = make('biller_reply_sink');
    $sink->reply = function ($context, $reply) use (&$became): void {
        $became = FFI::string($reply[0]->disposition_name->data, $reply[0]->disposition_name->size);
    };
    $status = ($plugin->handle)($instance, FFI::addr($request), FFI::addr($sink), null);
    return [$status, $became];
}

register_shutdown_function(function () use ($ffi, $plugin, $instance, &$events, &$now): void {
    set_time_limit(0);
    $found = [$events, handle(2), handle(1)];
    $now += 60000;
    $report = make('biller_report');
    $status = ($plugin->recover)($instance, 10, FFI::addr($report), null);
    ($plugin->close)($instance);
    $found = json_encode([...$found, $status, $report->delivered, $events]);
    $wanted = '[1,[0,"delivered"],[0,"deferred"],0,1,3]';
    echo $found === $wanted ? "every hook went on\n" : "found $found, expected $wanted\n";
});
handle(1);
echo "the callback returned\n";
