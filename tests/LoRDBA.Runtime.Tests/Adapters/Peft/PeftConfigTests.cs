using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>The arithmetic of adapter_config.json against hand values, and every field that is refused.</summary>
public sealed class PeftConfigTests
{
    private const string Query = "model.layers.3.self_attn.q_proj";

    [Theory]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32}""", 16, 2)]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"use_rslora":true}""", 16, 8)]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":2.5}""", 8, 0.3125)]
    public void Scaling_is_alpha_over_r_or_its_root(string json, int rank, float scaling) => Assert.Equal((rank, scaling), Parse(json).Of(Query));

    [Theory]
    [InlineData("q_proj", 4, 8)]                                     // the end of the name, from a dot
    [InlineData("self_attn.q_proj", 4, 8)]
    [InlineData("model.layers.3.self_attn.q_proj", 4, 8)]            // all of it
    [InlineData("^model.layers.3.self_attn.q_proj", 4, 8)]
    [InlineData("layers.(2|3).self_attn.[qk]_proj", 4, 8)]           // regular expressions
    [InlineData("layers\\\\.3\\\\..*", 4, 8)]
    [InlineData("_proj", 16, 2)]                                     // not from a dot
    [InlineData("q_pro", 16, 2)]                                     // not to the end
    [InlineData("layers.4.self_attn.q_proj", 16, 2)]
    [InlineData("k_proj|v_proj", 16, 2)]                             // the alternatives are one group
    public void A_rank_pattern_matches_as_in_PEFT(string pattern, int rank, float scaling) =>
        Assert.Equal((rank, scaling), Parse($$$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"{{{pattern}}}":4}}""").Of(Query));

    [Fact]
    public void Rank_and_alpha_patterns_act_apart_and_the_first_match_wins()
    {
        var config = Parse("""{"peft_type":"LORA","r":16,"lora_alpha":32,"use_rslora":true,"rank_pattern":{"q_proj":4,".*q_proj":64},"alpha_pattern":{"v_proj":7,"layers.3.self_attn.q_proj":6}}""");
        Assert.Equal((4, 3f), config.Of(Query));                              // 6 / sqrt(4)
        Assert.Equal((4, 16f), config.Of("model.layers.4.self_attn.q_proj"));  // 32 / sqrt(4)
        Assert.Equal((16, 1.75f), config.Of("model.layers.3.self_attn.v_proj")); // 7 / sqrt(16)
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\""), InlineData("peft_type", "3"), InlineData("peft_type", "\"lora\"")]
    [InlineData("use_dora", "true")]
    [InlineData("bias", "\"all\""), InlineData("bias", "\"lora_only\""), InlineData("bias", "null")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("lora_bias", "true")]
    [InlineData("use_qalora", "true")]
    [InlineData("trainable_token_indices", "[1]"), InlineData("trainable_token_indices", "{\"embed_tokens\":[1]}")]
    [InlineData("target_parameters", "[\"experts.w1\"]")]
    [InlineData("layer_replication", "[[0,4]]")]
    [InlineData("alora_invocation_tokens", "[5]")]
    [InlineData("init_lora_weights", "\"pissa\""), InlineData("init_lora_weights", "\"olora\""), InlineData("init_lora_weights", "\"loftq\"")]
    [InlineData("something_new", "0.5"), InlineData("something_new", "\"x\""), InlineData("something_new", "true")]
    public void What_would_compute_something_else_is_refused_by_name(string field, string value)
    {
        var refused = AssertError(AdapterError.Unsupported, With(field, value));
        Assert.Equal(field, refused.Field);
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use_dora", "false"), InlineData("modules_to_save", "null"), InlineData("modules_to_save", "[]"), InlineData("init_lora_weights", "\"gaussian\"")]
    [InlineData("lora_dropout", "0.1"), InlineData("target_modules", "[\"q_proj\"]"), InlineData("peft_version", "\"0.18.0\""), InlineData("layers_to_transform", "[1,2]")]
    [InlineData("rank_pattern", "null"), InlineData("something_new", "false"), InlineData("something_new", "{}"), InlineData("init_lora_weights", "true")]
    public void What_is_off_or_was_for_training_is_accepted(string field, string value) => Assert.Equal((16, 2f), Parse(With(field, value)).Of(Query));

    [Theory, InlineData("r"), InlineData("lora_alpha"), InlineData("peft_type")]
    public void A_missing_field_is_told(string field)
    {
        var fields = new[] { "\"peft_type\":\"LORA\"", "\"r\":16", "\"lora_alpha\":32" }.Where(text => !text.StartsWith($"\"{field}\"", StringComparison.Ordinal));
        Assert.Equal(field, AssertError(AdapterError.MissingField, $"{{{string.Join(",", fields)}}}").Field);
    }

    [Theory]
    [InlineData(""), InlineData("[]"), InlineData("{"), InlineData("null")]
    [InlineData("""{"peft_type":"LORA","r":"16","lora_alpha":32}"""), InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":null}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":1e999}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":[]}"""), InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"alpha_pattern":{"q_proj":"4"}}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"(":4}}""")]
    public void What_is_no_configuration_is_refused(string json) => AssertError(AdapterError.BadConfig, json);

    [Theory]
    [InlineData("""{"peft_type":"LORA","r":0,"lora_alpha":32}"""), InlineData("""{"peft_type":"LORA","r":1.5,"lora_alpha":32}""")]
    [InlineData("""{"peft_type":"LORA","r":513,"lora_alpha":32}"""), InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"q_proj":-1}}""")]
    public void A_rank_outside_the_range_is_refused(string json) => AssertError(AdapterError.BadRank, json);

    [Fact]
    public void A_pattern_that_runs_away_is_stopped() =>
        Assert.Equal(AdapterError.BadConfig, Assert.Throws<AdapterException>(() =>
            Parse("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"((a+)+)+b":4}}""").Of(new string('a', 64))).Error);

    [Fact]
    public void Many_patterns_that_each_take_their_time_are_stopped()
    {
        // Each takes some milliseconds (2^15 ways to split 15 letters), far from what a single one may.
        var patterns = string.Join(",", Enumerable.Range(0, 5000).Select(i => $"\"(a+)+b{i}\":4"));
        Assert.Equal(AdapterError.BadConfig, Assert.Throws<AdapterException>(() =>
            Parse($$$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{{{{patterns}}}}}""").Of(new string('a', 15))).Error);
    }

    [Theory]
    [InlineData("""{"\ud800":1,"peft_type":"LORA","r":16,"lora_alpha":32}""")]
    [InlineData("""{"peft_type":"\ud800","r":16,"lora_alpha":32}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"\ud800":4}}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"base_model_name_or_path":"\ud800"}""")]
    public void A_text_that_is_not_Unicode_is_refused(string json) => AssertError(AdapterError.BadConfig, json);

    private static string With(string field, string value) => field == "peft_type"
        ? $$"""{"peft_type":{{value}},"r":16,"lora_alpha":32}"""
        : $$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"{{field}}":{{value}}}""";

    private static PeftConfig Parse(string json) => PeftConfig.Parse(Encoding.UTF8.GetBytes(json), "adapter_config.json");

    private static AdapterException AssertError(AdapterError error, string json)
    {
        var refused = Assert.Throws<AdapterException>(() => Parse(json));
        Assert.Equal(error, refused.Error);
        return refused;
    }
}
