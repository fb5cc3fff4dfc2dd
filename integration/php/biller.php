<?php
/*
 * A biller plugin for hosts in PHP, by FFI. Copy this file; smoke.php beside it shows its
 * use. Uses nothing but abi/biller.ffi.h.
 *
 * It pulls (biller.pull/1): handle() returns the events to apply, and the plugin calls no PHP code
 * from inside. So a script may throw, exit() or run out of time
 * anywhere: an event that it has not answered comes again, with the same key. Store the key in the
 * transaction that has the event's effect, and do nothing for an event whose key is stored.
 *
 * The plugin keeps its instance for the process: under php-fpm the next request finds it open, with
 * its ledger, and reopens it when the configuration's file has changed. Make one Biller of a
 * configuration in a script. FFI is off except on the command line: set ffi.enable = 1 for the pool
 * (php_admin_value[ffi.enable] = 1), and for php -S.
 *
 * Three things to know about FFI and this interface:
 *  - Integer macros of biller.h are constants of the FFI object: $ffi->BILLER_DONE.
 *  - Text is a pointer and a size, without a terminating NUL. Read it with text(), below.
 *  - Whatever FFI::new() makes is freed when PHP's last reference to it goes. The plugin borrows
 *    for the duration of a call, so keep a reference at least that long; say() does it for you.
 */
declare(strict_types=1);

/** The plugin with its structs. */
final class Biller
{
    /** The texts of biller_event. */
    private const TEXTS = [
        'kind_name', 'key', 'purchase_id', 'transaction_id', 'related_transaction_id',
        'member_id', 'session', 'affiliate', 'username', 'password', 'email', 'name', 'country',
        'site', 'option', 'cross_sell_ref', 'upsell', 'tokenplus', 'octoken', 'trans_guid',
        'card_type', 'payment_type', 'reason_code', 'reason_text', 'by', 'reason_family',
        'program', 'partner',
    ];

    public readonly FFI $ffi;
    private FFI\CData $plugin;
    private FFI\CData $pull;
    private FFI\CData $reason;
    private FFI\CData $instance;
    /** @var FFI\CData[] read by the plugin */
    private array $kept = [];

    /** $ledger: null for the configured one; ":memory:" is lost with the process. */
    public function __construct(string $header, string $library, string $config,
        ?string $ledger = null)
    {
        $this->ffi = self::load($header, $library);
        $this->reason = $this->make('biller_reason');
        $info = $this->make('biller_host_info');
        $info->minor_min = 0;
        $info->minor_max = $this->ffi->BILLER_ABI_MINOR;
        $this->say($info->name, 'biller.php');
        $this->plugin = $this->ffi->new('biller_plugin *');
        $this->check($this->ffi->biller_entry_v1(
            FFI::addr($info), FFI::addr($this->plugin), FFI::addr($this->reason)));
        $this->pull = $this->extension('biller.pull/1', 'biller_pull *')
            ?? throw new RuntimeException('the plugin has no biller.pull/1');

        $c = $this->make('biller_config');
        $this->say($c->path, $config);
        if ($ledger !== null) {
            $this->say($c->ledger, $ledger);
        }
        $this->instance = $this->ffi->new('biller_instance *');
        // Not BILLER_HOST_HONOURS_KEYS: its marks would wait in this worker, and the others would
        // defer the events that follow.
        $this->check(($this->pull[0]->kept)(FFI::addr($c), 0, FFI::addr($this->instance),
            FFI::addr($this->reason)));
    }

    private static function load(string $header, string $library): FFI
    {
        if (!class_exists('FFI')) {
            throw new RuntimeException('PHP has no FFI: install the extension (php-ffi)');
        }
        foreach ([$header, $library] as $file) {
            if (!is_readable($file)) {
                throw new RuntimeException("$file is not there, or cannot be read; write its whole"
                    . ' path');
            }
        }
        try {
            return FFI::cdef(file_get_contents($header), realpath($library));
        } catch (FFI\Exception $failure) {
            throw new RuntimeException("$library with $header: {$failure->getMessage()}; it must be"
                . ' nats_segpay.so with biller.ffi.h, and ffi.enable = 1', 0, $failure);
        }
    }

    /** The path whose requests the host passes to handle(); null: any. */
    public function postbackPath(): ?string
    {
        $portal = $this->extension('biller.portal/1', 'biller_portal *');
        if ($portal === null) {
            return null;
        }
        $path = $this->ffi->new('biller_bytes');
        $this->check(($portal[0]->postback_path)($this->instance, FFI::addr($path),
            FFI::addr($this->reason)));
        return self::text($path);
    }

    /**
     * The address for a customer of a join option.
     *
     * @param array<string, string> $more fields of biller_link_request: session, affiliate,
     *     username, email, language, xref1, upsell, ...
     */
    public function joinLink(string $option, string $member, array $more = []): string
    {
        $request = $this->make('biller_link_request');
        $request->kind = $this->ffi->BILLER_LINK_JOIN;
        foreach (['option' => $option, 'member_id' => $member] + $more as $field => $value) {
            $this->say($request->$field, $value);
        }
        $url = '';
        $sink = $this->make('biller_link_sink');
        $sink->link = function ($context, $link) use (&$url): void {
            $url = self::text($link[0]->url);
        };
        $this->check(($this->plugin[0]->link)($this->instance, FFI::addr($request),
            FFI::addr($sink), FFI::addr($this->reason)));
        return $url;
    }

    /**
     * Handles one request of the processor. $apply gets each event to apply, and answers
     * BILLER_DONE, _RETRY or _REFUSE; an exception counts as BILLER_RETRY. $isFree is asked about
     * user names, if the processor inquires; an exception counts as "unknown".
     *
     * Returns the response to send: http_response_code() with the status, header() with
     * "$name: $value" of each of the headers, and the body. Until then the response is 503, so that
     * the processor comes again if the script ends in here.
     *
     * @param callable(array): int $apply
     * @param ?callable(string): bool $isFree
     * @param array<string, string> $headers of the request
     * @return array{status: int, headers: array<string, string>, body: ?string,
     *     disposition: ?string, message: ?string}
     */
    public function handle(string $method, string $query, string $body, string $peer,
        callable $apply, ?callable $isFree = null, array $headers = []): array
    {
        if (!headers_sent()) {
            http_response_code(503);
        }
        $this->kept = [];
        $request = $this->make('biller_http_request');
        $this->say($request->method, $method);
        $this->say($request->query, $query);
        $this->say($request->body, $body);
        $this->say($request->peer, $peer);
        $pairs = $this->ffi->new('biller_pair[' . max(1, count($headers)) . ']');
        $request->headers = $this->ffi->cast('biller_pair *', FFI::addr($pairs));
        foreach ($headers as $name => $value) {
            $pair = $pairs[$request->header_count++];
            $this->say($pair->name, $name);
            $this->say($pair->value, $value);
        }
        $requests = $this->ffi->new('biller_http_request *[1]');
        $requests[0] = FFI::addr($request);
        $pulled = $this->make('biller_pulled');
        $this->check(($this->pull[0]->take)($this->instance, $requests, 1, FFI::addr($pulled),
            FFI::addr($this->reason)));
        return $this->work($pulled, $apply, $isFree);
    }

    /**
     * Applies due events: those of a dead script or a retry. Call it every minute, by cron, or
     * after a response was sent (fastcgi_finish_request). Returns how many events are still
     * pending; null: the ledger failed.
     */
    public function recover(callable $apply, int $limit = 100): ?int
    {
        $this->kept = [];
        $pulled = $this->make('biller_pulled');
        do {
            $this->check(($this->pull[0]->due)($this->instance, $limit, FFI::addr($pulled),
                FFI::addr($this->reason)));
            $count = $pulled->event_count;
            $this->work($pulled, $apply, null);
        } while ($count !== 0);
        $report = $this->make('biller_report');
        $this->check(($this->plugin[0]->recover)($this->instance, 0, FFI::addr($report),
            FFI::addr($this->reason))); // the ledger's upkeep
        return $report->pending === $this->ffi->BILLER_NOT_COUNTED ? null : $report->pending;
    }

    /** @return string[] the plugin's log lines since the last call: "warning: ..." */
    public function log(): array
    {
        $lines = $this->make('biller_pulled_lines');
        $this->check(($this->pull[0]->lines)($this->instance, FFI::addr($lines),
            FFI::addr($this->reason)));
        $levels = [$this->ffi->BILLER_LOG_ERROR => 'error',
            $this->ffi->BILLER_LOG_WARNING => 'warning'];
        $all = [];
        for ($i = 0; $i < $lines->count; ++$i) {
            $line = $lines->lines[$i][0];
            $all[] = ($levels[$line->level] ?? 'info') . ': ' . self::text($line->text);
        }
        return $all;
    }

    /** Settles rounds until none is left; returns the response to the one request, if any. */
    private function work(FFI\CData $pulled, callable $apply, ?callable $isFree): array
    {
        $reply = [];
        for (;;) {
            for ($i = 0; $i < $pulled->reply_count; ++$i) {
                $reply = self::reply($pulled->replies[$i][0]->reply[0]);
            }
            $count = $pulled->event_count + $pulled->question_count;
            if ($count === 0) {
                break;
            }
            $answers = $this->ffi->new("biller_answer[$count]");
            $pointers = $this->ffi->new("biller_answer *[$count]");
            for ($i = 0; $i < $count; ++$i) {
                $answers[$i]->struct_size = FFI::sizeof($answers[$i]);
                $pointers[$i] = FFI::addr($answers[$i]);
            }
            for ($i = 0; $i < $pulled->event_count; ++$i) {
                $this->answer($answers[$i], $pulled->events[$i][0], $apply);
            }
            for ($j = 0; $j < $pulled->question_count; ++$j) {
                $question = $pulled->questions[$j][0];
                $answers[$pulled->event_count + $j]->token = $question->token;
                $answers[$pulled->event_count + $j]->answer = $this->answerToProbe(
                    (string) self::text($question->probe[0]->username), $isFree);
            }
            $this->check(($this->pull[0]->settle)($this->instance, $pulled->round, $pointers,
                $count, FFI::addr($pulled), FFI::addr($this->reason)));
        }
        ($this->pull[0]->end)($this->instance, $pulled->round);
        return $reply;
    }

    private function answer(FFI\CData $answer, FFI\CData $pulled, callable $apply): void
    {
        $answer->token = $pulled->token;
        try {
            $answer->answer = $apply($this->event($pulled->event[0]));
        } catch (Throwable $failure) {
            $answer->answer = $this->ffi->BILLER_RETRY;
            $this->say($answer->why, $failure->getMessage());
        }
    }

    private function answerToProbe(string $username, ?callable $isFree): int
    {
        try {
            $answer = $isFree ? $isFree($username) : null;
        } catch (Throwable) {
            $answer = null;
        }
        return match ($answer) {
            true => $this->ffi->BILLER_NAME_FREE,
            false => $this->ffi->BILLER_NAME_TAKEN,
            null => 0, // unknown
        };
    }

    private function extension(string $name, string $type): ?FFI\CData
    {
        $wanted = $this->ffi->new('biller_bytes');
        $this->say($wanted, $name);
        $found = ($this->plugin[0]->extension)(FFI::addr($wanted));
        return $found === null ? null : $this->ffi->cast($type, $found);
    }

    /** A zeroed struct with its size set. */
    private function make(string $type): FFI\CData
    {
        $struct = $this->ffi->new($type);
        $struct->struct_size = FFI::sizeof($struct);
        return $struct;
    }

    /** Puts a PHP string into a biller_bytes field. */
    private function say(FFI\CData $bytes, string $text): void
    {
        // An array needs at least one element, also for an empty text.
        $copy = $this->ffi->new('uint8_t[' . max(1, strlen($text)) . ']');
        FFI::memcpy($copy, $text, strlen($text));
        $bytes->data = FFI::cast('uint8_t *', FFI::addr($copy));
        $bytes->size = strlen($text);
        $this->kept[] = $copy;
    }

    private static function reply(FFI\CData $reply): array
    {
        return [
            'status' => $reply->status,
            'headers' => self::pairs($reply->headers, $reply->header_count),
            'body' => self::text($reply->body),
            'disposition' => self::text($reply->disposition_name),
            'message' => self::text($reply->message),
        ];
    }

    /** A biller_bytes as a PHP string; null if it is absent. */
    private static function text(FFI\CData $bytes): ?string
    {
        return $bytes->data === null ? null : FFI::string($bytes->data, $bytes->size);
    }

    /** @return array<string, string> names and values of a list of biller_pair */
    private static function pairs(?FFI\CData $pairs, int $count): array
    {
        $all = [];
        for ($i = 0; $i < $count; ++$i) {
            $all[self::text($pairs[$i]->name)] = self::text($pairs[$i]->value);
        }
        return $all;
    }

    /** Every field of biller_event; see there. Absent fields are null. */
    private function event(FFI\CData $event): array
    {
        $all = [];
        foreach (self::TEXTS as $field) {
            $all[$field] = self::text($event->$field);
        }
        $all['kind'] = $all['kind_name'];
        foreach (['approved', 'trial', 'standin', 'test', 'redelivery'] as $flag) {
            $all[$flag] = match ($event->$flag) {
                $this->ffi->BILLER_YES => true,
                $this->ffi->BILLER_NO => false,
                default => null,
            };
        }
        foreach (['attempt', 'tokens', 'cross_sell_slot', 'occurred_at_ms', 'received_at_ms'] as
            $number) {
            $all[$number] = $event->$number;
        }
        // The one text that ends in a NUL; empty: there is no amount. 10^exponent minor units are
        // one; see money() for its meaning in the books.
        $all['currency'] = FFI::string($event->amount->currency) ?: null;
        $all['minor'] = $all['currency'] === null ? null : $event->amount->minor;
        $all['exponent'] = $event->amount->exponent;
        $all['extras'] = self::pairs($event->extras, $event->extra_count);
        $all['warnings'] = [];
        for ($i = 0; $i < $event->warning_count; ++$i) {
            $all['warnings'][] = self::text($event->warnings[$i]);
        }
        $all['access'] = self::access($this->ffi, $event->kind);
        $all['money'] = self::money($this->ffi, $event->kind);
        return $all;
    }

    /** The action under NATS member management; see WHICH EVENT TO ACT ON in biller.h. */
    private static function access(FFI $ffi, int $kind): ?string
    {
        return match ($kind) {
            $ffi->BILLER_EVENT_JOIN => 'open',
            $ffi->BILLER_EVENT_CROSS_SELL, $ffi->BILLER_EVENT_UPSELL => 'open at that site',
            $ffi->BILLER_EVENT_TOKEN_PURCHASE, $ffi->BILLER_EVENT_ONE_CLICK => 'hand over',
            $ffi->BILLER_EVENT_CONVERSION, $ffi->BILLER_EVENT_REBILL,
            $ffi->BILLER_EVENT_UPGRADE => 'prolong',
            $ffi->BILLER_EVENT_REACTIVATION => 'open again',
            $ffi->BILLER_EVENT_MEMBER_ENABLE => 'keep the login',
            $ffi->BILLER_EVENT_MEMBER_DISABLE, $ffi->BILLER_EVENT_STANDIN_DECLINE => 'end',
            $ffi->BILLER_EVENT_MEMBER_CANCEL => 'expect no renewal',
            default => null,
        };
    }

    /** What the amount, never negative, is in the books: 1 income, -1 taken back, 0 neither. */
    private static function money(FFI $ffi, int $kind): int
    {
        return match ($kind) {
            $ffi->BILLER_EVENT_JOIN, $ffi->BILLER_EVENT_CROSS_SELL, $ffi->BILLER_EVENT_UPSELL,
            $ffi->BILLER_EVENT_TOKEN_PURCHASE, $ffi->BILLER_EVENT_ONE_CLICK,
            $ffi->BILLER_EVENT_CONVERSION, $ffi->BILLER_EVENT_REBILL, $ffi->BILLER_EVENT_UPGRADE,
            $ffi->BILLER_EVENT_REACTIVATION, $ffi->BILLER_EVENT_CHARGEBACK_REVERSAL,
            $ffi->BILLER_EVENT_RDR_REVERSAL => 1,
            $ffi->BILLER_EVENT_VOID, $ffi->BILLER_EVENT_CREDIT, $ffi->BILLER_EVENT_CHARGEBACK,
            $ffi->BILLER_EVENT_REVOKE, $ffi->BILLER_EVENT_STANDIN_DECLINE => -1,
            default => 0, // also for declines, which have an amount, too
        };
    }

    private function check(int $status): void
    {
        if ($status !== $this->ffi->BILLER_STATUS_OK) {
            throw new RuntimeException(FFI::string($this->reason->text));
        }
    }
}
