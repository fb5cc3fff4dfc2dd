<?php
/*
 * A PHP worker that shares its ledger with others: the plugin over FFI.
 *
 *     php worker.php HEADER PLUGIN CONFIG LEDGER EFFECTS later|durable
 *
 * Reads a line with a postback's query, writes a line with the status of its answer; for the line
 * "recover", a line with 0. Each effect of the host is a line in the file EFFECTS, written at once:
 * "KEY REDELIVERY NANOSECONDS". "later": the host honours idempotency keys, so marks wait for the
 * next commit.
 */
declare(strict_types=1);

const LONGEST_QUERY = 4096;
const AT_ONCE = 100; // deliveries of a recovery

[, $header, $library, $config, $ledger, $file, $marks] = $argv;
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
$text = fn (FFI\CData $bytes): string => FFI::string($bytes->data, $bytes->size);
$reason = $make('biller_reason');
$check = function (int $status) use ($ffi, $reason): void {
    if ($status !== $ffi->BILLER_STATUS_OK)
        throw new RuntimeException(FFI::string($reason->text));
};

$info = $make('biller_host_info');
$info->minor_min = 0;
$info->minor_max = $ffi->BILLER_ABI_MINOR;
$say($info->name, 'worker.php');
$plugin = $ffi->new('biller_plugin *');
$check($ffi->biller_entry_v1(FFI::addr($info), FFI::addr($plugin), FFI::addr($reason)));

$effects = fopen($file, 'a');
stream_set_write_buffer($effects, 0);
$host = $make('biller_host');
$host->flags = $marks === 'later' ? $ffi->BILLER_HOST_HONOURS_KEYS : 0;
$host->event = function ($context, $event, $why) use ($ffi, $effects, $text): int {
    $is_again = (int) ($event[0]->redelivery === $ffi->BILLER_YES);
    $line = $text($event[0]->key) . " $is_again " . hrtime(true) . "\n";
    return fwrite($effects, $line) === strlen($line) ? $ffi->BILLER_DONE : $ffi->BILLER_RETRY;
};
$host->log = function ($context, $level, $line) use ($ffi, $text): void {
    if ($level <= $ffi->BILLER_LOG_WARNING) fwrite(STDERR, $text($line[0]) . "\n");
};
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

fwrite(STDOUT, "ready\n");
while (($line = fgets(STDIN)) !== false) {
    $query = rtrim($line, "\n");
    $answered = 0;
    if ($query === 'recover') {
        // When the storage fails, a later recovery delivers.
        ($plugin[0]->recover)($instance, AT_ONCE, null, FFI::addr($reason));
    } else {
        FFI::memcpy($place, $query, strlen($query));
        $request->query->size = strlen($query);
        $check(($plugin[0]->handle)($instance, FFI::addr($request), FFI::addr($sink),
            FFI::addr($reason)));
    }
    fwrite(STDOUT, "$answered\n");
}
($plugin[0]->close)($instance);
