-- What is counted of moments whose clock has ended, in the order in which it is grouped: statistics read this index alone.
-- Those that wait are few, and have an index of their own.

CREATE INDEX moment_settled ON moment
    (moment_type, age_band, sex, ethnicity, controller, category, in_time, agreed, event_at, waiting, state)
    WHERE NOT waiting AND state <> 'merged';
