<?php
/*
 * The plugin over FFI in a worker that stays, with a ledger that it shares with others:
 *
 *     php ledger_worker.php WORKER HEADER PLUGIN CONFIG LEDGER
 *
 * The host applies every event at once: the ledger alone is measured.
 */
declare(strict_types=1);
require __DIR__ . '/worker.php';

const LONGEST_QUERY = 4096;
const ATTEMPTS = 1000; // of Segpay, when the ledger was busy too long

[, $worker, $header, $library, $config, $ledger] = $argv;
$ffi = FFI::cdef(file_get_contents($header), $library);
$kept = []; // read by the plugin for as long as it lives

$make = function (string $type) use ($ffi, &$kept): FFI\CData {
    $kept[] = $struct = $ffi->new($type);
    $struct->struct_size = FFI::sizeof($struct);
    return $struct;
};
$say = function (FFI\CData $bytes, string $text) use ($ffi, &$kept): void {
    $kept[] = $copy = $ffi->new('uint8_t[' . max(1, strlen($text)) . ']');
    FFI::memcpy($copy, $text, strlen($text));
    $bytes->data = FFI::cast('uint8_t *', FFI::addr($copy));
    $bytes->size = strlen($text);
};
$reason = $make('biller_reason');
$check = function (int $status) use ($ffi, $reason): void {
    if ($status !== $ffi->BILLER_STATUS_OK)
        throw new RuntimeException(FFI::string($reason->text));
};

$info = $make('biller_host_info');
$info->minor_min = 0;
$info->minor_max = $ffi->BILLER_ABI_MINOR;
$say($info->name, 'ledger_worker.php');
$plugin = $ffi->new('biller_plugin *');
$check($ffi->biller_entry_v1(FFI::addr($info), FFI::addr($plugin), FFI::addr($reason)));

$host = $make('biller_host');
$host->flags = $ffi->BILLER_HOST_HONOURS_KEYS;
$done = $ffi->BILLER_DONE;
$host->event = fn ($context, $event, $why): int => $done;
$settings = $make('biller_config');
$say($settings->path, $config);
$say($settings->ledger, $ledger);
$instance = $ffi->new('biller_instance *');
$check(($plugin[0]->open)(FFI::addr($settings), FFI::addr($host), FFI::addr($instance),
    FFI::addr($reason)));

$request = $make('biller_http_request');
$say($request->method, 'GET');
$say($request->query, str_repeat(' ', LONGEST_QUERY));
$say($request->peer, '127.0.0.1');
$place = $request->query->data;
$answered = 0;
$sink = $make('biller_reply_sink');
$sink->reply = function ($context, $reply) use (&$answered): void {
    $answered = $reply[0]->status;
};

work((int) $worker, function (string $query) use (
    $plugin, $instance, $request, $sink, $place, $reason, $check, &$answered): void {
    FFI::memcpy($place, $query, strlen($query));
    $request->query->size = strlen($query);
    for ($attempt = 0; $attempt < ATTEMPTS; ++$attempt) {
        $check(($plugin[0]->handle)($instance, FFI::addr($request), FFI::addr($sink),
            FFI::addr($reason)));
        if ($answered === 200) return;
    }
    throw new RuntimeException("answered $answered " . ATTEMPTS . ' times');
});
($plugin[0]->close)($instance);
