<?php
/* The usual script in a worker that stays: php mariadb_worker.php WORKER SOCKET */
declare(strict_types=1);
require __DIR__ . '/script.php';
require __DIR__ . '/worker.php';

$db = connect($argv[2], false);
work((int) $argv[1], fn (string $query) => process($db, $query));
