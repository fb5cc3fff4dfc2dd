<?php
/*
 * process_segpay.php as a user would write it, without the event's effects. The argument is
 * a file with a query string a line.
 */
declare(strict_types=1);
require __DIR__ . '/event.php';
require __DIR__ . '/race.php';

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
    // The outcome of each, to compare with ours once.
    'kinds' => function () use ($queries): string {
        return implode(',', array_map(fn ($query) => event_of($query)['kind'], $queries));
    },
]);
