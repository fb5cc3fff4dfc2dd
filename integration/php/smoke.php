<?php
/*
 * The smallest host in PHP: loads the plugin through FFI, builds a join link, hands over one
 * postback and receives the event in a closure. Knows nothing but abi/biller.ffi.h.
 *
 *     php smoke.php biller.ffi.h nats_segpay.so sandbox.yaml 'action=Auth&stage=Initial&...'
 *
 * Exit 0: the link was built and the event arrived. 1: something failed, and stderr says what.
 *
 * Four things to know about FFI and this interface:
 *  - Integer macros of biller.h are constants of the FFI object: $ffi->BILLER_DONE.
 *  - Text is a pointer and a size, without a terminating NUL. Read it with text(), below.
 *  - Whatever FFI::new() makes is freed when PHP's last reference to it goes. The plugin borrows
 *    for the duration of a call, so keep a reference at least that long; say() does it for you.
 *  - A closure that C calls must not throw: PHP ends the script when one does. Catch inside, and
 *    answer BILLER_RETRY.
 */
declare(strict_types=1);

/** The plugin with what it needs around it. */
final class Biller
{
    public readonly FFI $ffi;
    private FFI\CData $plugin;
    private FFI\CData $host;
    private FFI\CData $reason;
    private ?FFI\CData $instance = null;
    /** @var FFI\CData[] what the plugin may still be reading */
    private array $kept = [];

    public function __construct(string $header, string $library)
    {
        // One cdef per process is enough. (Under php-fpm FFI is restricted to what was preloaded.)
        $this->ffi = FFI::cdef(file_get_contents($header), $library);
        $this->reason = $this->make('biller_reason');

        $info = $this->make('biller_host_info');
        $info->minor_min = 0;
        $info->minor_max = $this->ffi->BILLER_ABI_MINOR;
        $this->say($info->name, 'smoke.php');
        $plugin = $this->ffi->new('biller_plugin *');
        $this->check($this->ffi->biller_entry_v1(
            FFI::addr($info), FFI::addr($plugin), FFI::addr($this->reason)));
        $this->plugin = $plugin;
    }

    /** $onEvent gets an event as an array and answers BILLER_DONE, _RETRY or _REFUSE. */
    public function open(string $config, Closure $onEvent): void
    {
        $ffi = $this->ffi;
        // The host table is copied by the plugin, but the closures in it belong to PHP: hold on to
        // the struct for as long as the instance lives.
        $this->host = $this->make('biller_host');
        $this->host->event = function ($context, $event, $reason) use ($ffi, $onEvent): int {
            try {
                return $onEvent($this->event($event[0]));
            } catch (Throwable $failure) {
                fwrite(STDERR, "event: {$failure->getMessage()}\n");
                return $ffi->BILLER_RETRY;
            }
        };
        $this->host->log = function ($context, $level, $line) use ($ffi): void {
            if ($level <= $ffi->BILLER_LOG_WARNING) {
                fwrite(STDERR, 'log: ' . self::text($line[0]) . "\n");
            }
        };

        $c = $this->make('biller_config');
        $this->say($c->path, $config);
        $this->say($c->ledger, ':memory:'); // leave it out, and the configured file is used
        $instance = $ffi->new('biller_instance *');
        $this->check(($this->plugin[0]->open)(FFI::addr($c), FFI::addr($this->host),
            FFI::addr($instance), FFI::addr($this->reason)));
        $this->instance = $instance;
    }

    /** Under which path the host is to hand requests to handle(); null: as it likes. */
    public function postbackPath(): ?string
    {
        $name = $this->ffi->new('biller_bytes');
        $this->say($name, 'biller.portal/1');
        $found = ($this->plugin[0]->extension)(FFI::addr($name));
        if ($found === null) {
            return null;
        }
        $path = $this->ffi->new('biller_bytes');
        $portal = $this->ffi->cast('biller_portal *', $found);
        $this->check(($portal[0]->postback_path)($this->instance, FFI::addr($path),
            FFI::addr($this->reason)));
        return self::text($path);
    }

    /** The address that a customer of a join option is sent to. */
    public function joinLink(string $option, string $member): string
    {
        $request = $this->make('biller_link_request');
        $request->kind = $this->ffi->BILLER_LINK_JOIN;
        $this->say($request->option, $option);
        $this->say($request->member_id, $member);
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
     * What a script of a web server sends: http_response_code() with the status, header() with
     * "$name: $value" of each of the headers, and the body.
     *
     * @return array{status: int, headers: array<string, string>, body: ?string,
     *     disposition: ?string, message: ?string}
     */
    public function handle(string $method, string $query, string $body, string $peer): array
    {
        $request = $this->make('biller_http_request');
        $this->say($request->method, $method);
        $this->say($request->query, $query);
        $this->say($request->body, $body);
        $this->say($request->peer, $peer);
        $answer = [];
        $sink = $this->make('biller_reply_sink');
        $sink->reply = function ($context, $reply) use (&$answer): void {
            $answer = [
                'status' => $reply[0]->status,
                'headers' => self::pairs($reply[0]->headers, $reply[0]->header_count),
                'body' => self::text($reply[0]->body),
                'disposition' => self::text($reply[0]->disposition_name),
                'message' => self::text($reply[0]->message),
            ];
        };
        $this->check(($this->plugin[0]->handle)($this->instance, FFI::addr($request),
            FFI::addr($sink), FFI::addr($this->reason)));
        return $answer;
    }

    public function close(): void
    {
        ($this->plugin[0]->close)($this->instance);
        $this->instance = null;
    }

    /** A zeroed struct that knows its own size. */
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

    /** A biller_bytes as a PHP string; null when nothing was said. */
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

    private function event(FFI\CData $event): array
    {
        return [
            'kind' => self::text($event->kind_name),
            'key' => self::text($event->key),
            'purchase' => self::text($event->purchase_id),
            'member' => self::text($event->member_id),
            'partner' => self::text($event->partner), // when said, it is no member of yours
            'tokens' => $event->tokens, // to hand over with a sale
            'site' => self::text($event->site),
            'option' => self::text($event->option),
            'minor' => $event->amount->minor,
            'currency' => FFI::string($event->amount->currency), // the one text that ends in a NUL
            'deed' => self::deed($this->ffi, $event->kind),
        ];
    }

    /** What to do under NATS member management; see WHICH EVENT TO ACT ON in biller.h. */
    private static function deed(FFI $ffi, int $kind): ?string
    {
        return match ($kind) {
            $ffi->BILLER_EVENT_JOIN => 'open access',
            $ffi->BILLER_EVENT_CROSS_SELL, $ffi->BILLER_EVENT_UPSELL => 'open access at that site',
            $ffi->BILLER_EVENT_TOKEN_PURCHASE => 'hand over tokens',
            $ffi->BILLER_EVENT_REACTIVATION => 'open access again',
            $ffi->BILLER_EVENT_MEMBER_ENABLE => 'keep the login',
            $ffi->BILLER_EVENT_MEMBER_DISABLE, $ffi->BILLER_EVENT_STANDIN_DECLINE => 'end access',
            $ffi->BILLER_EVENT_MEMBER_CANCEL => 'expect no renewal',
            default => null, // money, if any, is booked; access stays as it is
        };
    }

    private function check(int $status): void
    {
        if ($status !== $this->ffi->BILLER_STATUS_OK) {
            throw new RuntimeException(FFI::string($this->reason->text));
        }
    }
}

if ($argc !== 5) {
    fwrite(STDERR, "usage: php smoke.php HEADER PLUGIN CONFIG QUERY\n");
    exit(2);
}
try {
    [, $header, $library, $config, $query] = $argv;
    $events = [];
    $biller = new Biller($header, $library);
    $biller->open($config, function (array $event) use (&$events, $biller): int {
        $events[] = $event;
        return $biller->ffi->BILLER_DONE;
    });
    echo 'link   ', $biller->joinLink('101', '908172'), "\n";
    echo 'path   ', $biller->postbackPath(), "\n";
    $reply = $biller->handle('GET', $query, '', '127.0.0.1');
    echo 'reply  ', json_encode($reply, JSON_THROW_ON_ERROR), "\n";
    foreach ($events as $event) {
        echo 'event  ', json_encode($event, JSON_THROW_ON_ERROR), "\n";
    }
    $biller->close();
    $isWhole = isset($reply['headers']['Content-Type']);
    exit($reply['status'] === 200 && $isWhole && count($events) === 1 ? 0 : 1);
} catch (Throwable $failure) {
    fwrite(STDERR, "smoke.php: {$failure->getMessage()}\n");
    exit(1);
}
