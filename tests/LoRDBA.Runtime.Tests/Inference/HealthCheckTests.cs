using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

public sealed class HealthCheckTests : IDisposable
{
    private static readonly int[] Prompt = [3, 1, 4, 1, 5];

    private readonly TemporaryFolder folder = new();
    private readonly Model model = new TinyModel().Load();
    private readonly Engine engine;
    private readonly Adapter adapter;

    public HealthCheckTests()
    {
        engine = model.CreateEngine();
        adapter = RandomAdapter.Load(AdapterKind.Lordba, model, folder);
    }

    public void Dispose()
    {
        adapter.Dispose();
        engine.Dispose();
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Greedy_answers_are_healthy_and_any_other_token_is_not()
    {
        var answer = Greedy(6);
        Assert.Null(Check(new GoldenPrompt(Prompt, answer)));
        Assert.Null(Check(new GoldenPrompt(Prompt, []), new GoldenPrompt(Prompt, answer)));
        for (var i = 0; i < answer.Length; i++)
        {
            int[] other = [.. answer];
            other[i] = (answer[i] + 1) % TinyModel.NVocab;
            Assert.Equal($"golden prompt 2: token {i + 1} of the answer is {answer[i]} instead of {other[i]}.", Check(new GoldenPrompt(Prompt, []), new GoldenPrompt(Prompt, other)));
        }
    }

    [Fact]
    public void A_logit_that_is_no_number_is_a_fault()
    {
        // Finite factors whose product is not.
        var linear = model.Linears[^1];
        var factors = new LoraFactors(linear, 1, [.. Enumerable.Repeat(1e30f, linear.NIn)], [.. Enumerable.Repeat(1e30f, linear.NOut)]);
        using var wild = Adapter.FromFactors("wild", model, [factors]);

        Assert.Matches("^golden prompt 1: after token 1 a logit is no finite number", new HealthCheck(engine, [new(Prompt, [])], TimeSpan.FromMinutes(5)).FindFault(wild));
    }

    [Fact]
    public void An_adapter_that_takes_longer_than_the_limit_is_a_fault()
    {
        // The clock rings before the first layer is done.
        var check = new HealthCheck(engine, [new(Prompt, Greedy(2))], TimeSpan.FromSeconds(1.5), new HastyClock());

        Assert.Equal("the golden prompts took longer than 1.5 s.", check.FindFault(adapter));
    }

    [Fact]
    public void What_the_caller_does_wrong_is_thrown()
    {
        Assert.Throws<ArgumentException>(() => Check());
        Assert.Throws<EngineException>(() => Check(new GoldenPrompt([], [])));
        Assert.Throws<EngineException>(() => Check(new GoldenPrompt([TinyModel.NVocab], [])));
        Assert.Throws<ContextFullException>(() => Check(new GoldenPrompt([.. Enumerable.Repeat(1, 65)], [])));
    }

    private string? Check(params GoldenPrompt[] prompts) => new HealthCheck(engine, prompts, TimeSpan.FromMinutes(5)).FindFault(adapter);

    private int[] Greedy(int count)
    {
        using var sequence = engine.CreateSequence();
        sequence.Use(adapter);
        var logits = sequence.Prefill(Prompt);
        var answer = new int[count];
        for (var i = 0; i < count; i++)
        {
            answer[i] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);
            logits = sequence.Decode(answer[i]);
        }
        return answer;
    }

    /// <summary>Every timer rings at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
