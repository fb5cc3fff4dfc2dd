<?php
/*
 * Pay-page links as a user would build them: http_build_query behind the address of the page. The
 * argument is a file with one JSON object {"page": ..., "parameters": {...}} a line.
 */
declare(strict_types=1);
require __DIR__ . '/race.php';

$links = array_map(
    fn ($line) => json_decode($line, true, flags: JSON_THROW_ON_ERROR),
    file($argv[1], FILE_IGNORE_NEW_LINES));

race([
    'link' => function () use ($links): string {
        $url = '';
        foreach ($links as $link)
            $url = $link['page'] . '?' . http_build_query($link['parameters']);
        return $url;
    },
]);
