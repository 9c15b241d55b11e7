package schedule

import "time"

// parts is a deck of what happens to processes.
func parts(d dice, on Stage) []Act {
	kill := func(who []string, least, most time.Duration) Act {
		return Act{Kind: Kill, Who: who, For: d.between(least, most)}
	}
	pause := func(who []string) Act {
		return Act{Kind: Pause, Who: who, For: d.between(on.Lease+time.Second, on.Lease+3*time.Second)}
	}
	replica := func() Act {
		a := kill(d.one(on.Replicas), 200*time.Millisecond, 3*time.Second)
		a.Clock = d.skew(replicaClock)
		return a
	}
	return []Act{
		replica(), replica(), replica(), kill(on.Replicas, 200*time.Millisecond, time.Second),
		pause(d.one(on.Replicas)), pause(d.one(on.Replicas)), pause(on.Replicas),
		kill([]string{"postgres"}, 200*time.Millisecond, 3*time.Second), kill([]string{"postgres"}, 200*time.Millisecond, time.Second),
		kill([]string{"nats"}, 200*time.Millisecond, 4*time.Second),
		{Kind: Wipe, Who: []string{"nats"}},
		{Kind: Pause, Who: []string{on.Simulator}, For: d.between(500*time.Millisecond, on.Settling/2)},
	}
}

// links is a deck of what happens on the way. What a slow link holds back still arrives, when whoever sent it has given up,
// so that it must be shorter than a vendor may take to show what it was sent.
func links(d dice, on Stage) []Act {
	var deck []Act
	for _, kind := range []Kind{Slow, Reset, Cut, Slice, Mute} {
		for _, whose := range []string{"postgres", "nats", "vendor", "webhooks"} {
			a := Act{Kind: kind, Who: d.some(on.Replicas), Whose: whose, For: d.between(500*time.Millisecond, 4*time.Second)}
			if whose == "webhooks" {
				a.Who = []string{on.Simulator}
			}
			if kind == Slow {
				a.Delay = d.between(50*time.Millisecond, 400*time.Millisecond)
			}
			deck = append(deck, a)
		}
	}
	return deck
}
