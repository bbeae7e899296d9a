-- What was declined for good is not tried by itself again until it is chosen anew (semantics.md, section 8).

-- The customer's last attempt when the method was last made its default or a backup: what failed up to there does not speak
-- against it any more. Null: it was chosen when it came.
ALTER TABLE payment_methods ADD COLUMN chosen_after text;
