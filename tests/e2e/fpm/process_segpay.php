<?php
/*
 * The endpoint of php_fpm_test.py: integration/php/biller.php as a site would use it, except that
 * its books are a file with a line "KEY KIND PURCHASE" for each effect. Files beside it make it
 * fail: "exit" or "fatal" (in the middle of the event, before its effect), "late" (after it).
 */
declare(strict_types=1);

require $_SERVER['BILLER_PHP'];

$folder = $_SERVER['TEST_FOLDER'];

function fail_as_set(string $folder, string ...$ways): void
{
    foreach ($ways as $way) {
        if (!@unlink("$folder/$way")) {
            continue; // once each
        }
        if ($way === 'fatal') {
            call_to_nothing();
        }
        exit;
    }
}

function apply(string $folder, array $event, int $done): int
{
    fail_as_set($folder, 'exit', 'fatal');
    $books = fopen("$folder/books", 'c+');
    flock($books, LOCK_EX);
    $known = explode("\n", stream_get_contents($books));
    $line = "{$event['key']} {$event['kind']} {$event['purchase_id']}";
    if (!in_array($line, $known, true)) {
        fwrite($books, "$line\n");
    }
    fclose($books);
    fail_as_set($folder, 'late');
    return $done;
}

$biller = new Biller($_SERVER['BILLER_HEADER'], $_SERVER['BILLER_PLUGIN'], "$folder/segpay.yaml");
$apply = fn (array $event): int => apply($folder, $event, $biller->ffi->BILLER_DONE);
if ($_SERVER['QUERY_STRING'] === 'recover') {
    echo $biller->recover($apply);
} else {
    $reply = $biller->handle($_SERVER['REQUEST_METHOD'], $_SERVER['QUERY_STRING'],
        file_get_contents('php://input'), $_SERVER['REMOTE_ADDR'], $apply,
        fn (string $username): bool => $username !== 'taken', getallheaders());
    http_response_code($reply['status']);
    foreach ($reply['headers'] as $name => $value) {
        header("$name: $value");
    }
    echo $reply['body'];
}
file_put_contents("$folder/log", implode('', array_map(
    fn (string $line): string => getmypid() . " $line\n", $biller->log())), FILE_APPEND);
