<?php
/* The peer of nats-host under nginx and php-fpm. */
declare(strict_types=1);
require __DIR__ . '/script.php';

try {
    process(connect($_SERVER['MARIADB_SOCKET'], true), $_SERVER['QUERY_STRING']);
    echo '*success*';
} catch (PDOException $failure) {
    http_response_code(500);
    error_log($failure->getMessage());
    echo '*failure*';
}
