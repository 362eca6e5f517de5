using System.Device.Gpio;
using CsCheck;
using LoRDBA.Examples.HomePanel.Configuration;
using LoRDBA.Examples.HomePanel.Lines;

namespace LoRDBA.Examples.HomePanel.Tests.Lines;

public sealed class PushButtonTests
{
    private readonly HandClock clock = new();
    private readonly List<string> acts = [];

    [Fact]
    public void A_short_press_acts_when_the_button_is_let_go()
    {
        using var button = Button();
        button.Edge(true);
        Wait(300);
        Assert.Empty(acts);
        button.Edge(false);
        Wait(19);
        Assert.Empty(acts);
        Wait(1);
        Assert.Equal(["short"], acts);
    }

    [Fact]
    public void A_long_press_acts_once_while_the_button_is_held()
    {
        using var button = Button();
        button.Edge(true);
        Wait(799);
        Assert.Empty(acts);
        Wait(1);
        Assert.Equal(["long"], acts);
        Wait(5000);
        button.Edge(false);
        Wait(100);
        Assert.Equal(["long"], acts);
        Assert.Equal((2, 1), (button.Edges, button.Presses));
    }

    [Fact]
    public void Bounces_count_as_edges_but_make_no_press_of_their_own()
    {
        using var button = Button();
        for (var i = 0; i < 5; i++)
        {
            button.Edge(true);
            Wait(2);
            button.Edge(false);
            Wait(2);
        }
        button.Edge(true);
        Wait(200);
        button.Edge(false);
        Wait(200);
        Assert.Equal(["short"], acts);
        Assert.Equal((12, 1), (button.Edges, button.Presses));
    }

    [Fact]
    public void Every_press_that_is_long_enough_counts_and_every_edge_does()
    {
        Gen.Int[20, 700].Array[0, 40].Sample(times =>
        {
            acts.Clear();
            using var button = Button();
            foreach (var time in times)
            {
                button.Edge(true);
                Wait(time);
                button.Edge(false);
                Wait(time);
            }
            return acts.Count == times.Length && button.Edges == 2 * times.Length && button.Presses == times.Length;
        }, threads: 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Lines_tell_presses_and_drive_outputs_whichever_way_the_button_is_wired(bool activeLow)
    {
        using var driver = new SimulatedDriver();
        var options = new LinesOptions { Button = 0, Light = 1, Relay = 2, Ready = 4, Busy = 7, ButtonActiveLow = activeLow };
        using var button = Button();
        using (var lines = new PanelLines(options, new GpioController(driver)))
        {
            lines.Watch(button.Edge);
            for (var i = 0; i < 1000; i++)
            {
                driver.Set(0, !activeLow);
                Wait(50);
                driver.Set(0, activeLow);
                Wait(50);
            }
            Assert.Equal((2000, 1000), (button.Edges, button.Presses));
            Assert.Equal(1000, acts.Count(act => act == "short"));
            lines.Drive(PanelLines.Relay, true);
            lines.Ready = true;
            Assert.True(driver.IsHigh(2) && driver.IsHigh(4) && !driver.IsHigh(1) && !driver.IsHigh(7));
        }
        Assert.False(driver.IsHigh(2) || driver.IsHigh(4));
    }

    [Fact]
    public void A_press_counts_where_no_timer_came_while_it_lasted()
    {
        using var button = Button();
        button.Edge(true);
        clock.Oversleep(TimeSpan.FromMilliseconds(150));
        button.Edge(false);
        Wait(20);
        Assert.Equal(["short"], acts);
    }

    [Fact]
    public void A_long_press_is_long_where_no_timer_came_while_it_lasted()
    {
        using var button = Button();
        button.Edge(true);
        clock.Oversleep(TimeSpan.FromMilliseconds(900));
        button.Edge(false);
        Wait(100);
        Assert.Equal(["long"], acts);
    }

    private PushButton Button()
    {
        var button = new PushButton(new ButtonOptions { Debounce = TimeSpan.FromMilliseconds(20), LongPress = TimeSpan.FromMilliseconds(800) }, clock);
        button.Pressed += () => acts.Add("short");
        button.LongPressed += () => acts.Add("long");
        return button;
    }

    private void Wait(int milliseconds) => clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
}
