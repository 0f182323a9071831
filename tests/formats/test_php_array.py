"""Arrays that PHP files return."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.php_array import parse
from herolint.source import SourceFile

LOGGING = b"""<?php

use Monolog\\Handler\\StreamHandler;

return [
    /* the channel */
    'default' => env('LOG_CHANNEL', 'stack'), // by hand
    'deprecations' => ['channel' => env('LOG_DEPRECATIONS', 'null'), 'trace' => false],
    'cookie' => env('COOKIE', Str::slug(env('APP_NAME', 'laravel'), '_').'_session'),
    'channels' => [
        'stack' => [
            'driver' => 'stack',
            'channels' => ['single', 'slack'],
            'days' => 14,
            "path" => storage_path('logs/laravel.log'),
        ],
        'old' => array('driver' => 'daily'),
    ],
    'options' => extension_loaded('pdo_mysql') ? array_filter([PDO::MYSQL_ATTR_SSL_CA => env('CA')]) : [],
    'stack' => explode(',', (string) env('LOG_STACK', 'single')),
    'last' => env('LAST'),
];
"""


def test_values_by_their_keys() -> None:
    source = SourceFile("config/logging.php", LOGGING)
    found = parse(source)
    assert {key: (one.value, one.env) for key, one in found.items()} == {
        "default": ("stack", "LOG_CHANNEL"),
        "deprecations.channel": ("null", "LOG_DEPRECATIONS"),
        "deprecations.trace": (False, ""),
        "channels.stack.driver": ("stack", ""),
        "channels.stack.channels.0": ("single", ""),
        "channels.stack.channels.1": ("slack", ""),
        "channels.stack.days": ("14", ""),
        "channels.old.driver": ("daily", ""),
        "stack": ("single", "LOG_STACK"),
        "last": (None, "LAST"),
    }
    assert source.slice(found["default"].span) == "env('LOG_CHANNEL', 'stack')"


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    parse(SourceFile("config/a.php", b"<?php return [" + data))
