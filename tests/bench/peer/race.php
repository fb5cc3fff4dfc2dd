<?php
/*
 * The protocol of a PHP peer with the bench program that started it: a line "TASK PASSES" comes in,
 * a line "NANOSECONDS WITNESS" goes out. The witness shows that the same work was done.
 */
declare(strict_types=1);

/** @param array<string, callable(): string> $tasks each makes one pass and returns the witness */
function race(array $tasks): void
{
    while (($line = fgets(STDIN)) !== false) {
        [$task, $passes] = explode(' ', trim($line));
        $pass = $tasks[$task];
        $witness = '';
        $begin = hrtime(true);
        for ($i = 0; $i < (int) $passes; ++$i)
            $witness = $pass();
        $ns = hrtime(true) - $begin;
        echo "$ns $witness\n";
    }
}
