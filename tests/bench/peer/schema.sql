-- What the usual script keeps: the same facts that nats-host keeps, no more.
CREATE TABLE members (
    id         BIGINT UNSIGNED PRIMARY KEY,
    status     ENUM('pending', 'active', 'ended') NOT NULL,
    username   VARCHAR(64),
    email      VARCHAR(190),
    name       VARCHAR(100),
    session    VARCHAR(64),
    affiliate  VARCHAR(32),
    created_at DATETIME NOT NULL
) ENGINE=InnoDB;

CREATE TABLE subscriptions (
    id         BIGINT UNSIGNED PRIMARY KEY, -- Segpay's purchase
    member     BIGINT UNSIGNED NOT NULL,
    package    INT UNSIGNED NOT NULL,
    price_point INT UNSIGNED NOT NULL,
    access     TINYINT NOT NULL,
    renewing   TINYINT NOT NULL,
    paid_until DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    KEY (member)
) ENGINE=InnoDB;

-- The unique key is what makes a repeated postback harmless.
CREATE TABLE transactions (
    id           BIGINT UNSIGNED NOT NULL, -- Segpay's
    kind         VARCHAR(24) NOT NULL,
    subscription BIGINT UNSIGNED NOT NULL,
    member       BIGINT UNSIGNED NOT NULL,
    related      BIGINT UNSIGNED,
    amount_minor BIGINT NOT NULL,
    currency     CHAR(3) NOT NULL,
    approved     TINYINT NOT NULL,
    card_type    VARCHAR(24),
    created_at   DATETIME NOT NULL,
    PRIMARY KEY (id, kind),
    KEY (subscription),
    KEY (member)
) ENGINE=InnoDB;

-- A row each and no balance: no session waits for the lock of a popular affiliate.
CREATE TABLE affiliate_credits (
    id           BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    affiliate    VARCHAR(32) NOT NULL,
    transaction  BIGINT UNSIGNED NOT NULL,
    amount_minor BIGINT NOT NULL,
    KEY (affiliate)
) ENGINE=InnoDB;
