// Written by `npm run validators`.
"use strict";
export const validate = validate20;
export default validate20;
const schema31 = {"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"https://vestry.example/schemas/contribution-row.json","type":"object","required":["employee_id","plan_type","amount","period"],"properties":{"employee_id":{"type":"string","maxLength":100,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},"plan_type":{"type":"string","enum":["RSU","401K","ESPP","ESOP"]},"amount":{"type":"string","pattern":"^(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,3})?$"},"source":{"type":["string","null"],"enum":["EMPLOYEE","EMPLOYER","ROTH","AFTER_TAX","SAFE_HARBOR","ROLLOVER",null]},"period":{"type":"string","pattern":"^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?$"},"currency":{"type":["string","null"],"pattern":"^[A-Z]{3}$"},"run_id":{"type":["string","null"],"maxLength":50,"pattern":"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"}}};
const func1 = (function ucs2length(str) {
    const len = str.length;
    let length = 0;
    let pos = 0;
    let value;
    while (pos < len) {
        length++;
        value = str.charCodeAt(pos++);
        if (value >= 0xd800 && value <= 0xdbff && pos < len) {
            // high surrogate, and there is a next character
            value = str.charCodeAt(pos);
            if ((value & 0xfc00) === 0xdc00)
                pos++; // low surrogate
        }
    }
    return length;
});
const pattern4 = new RegExp("^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$", "u");
const pattern5 = new RegExp("^(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,3})?$", "u");
const pattern6 = new RegExp("^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?$", "u");
const pattern7 = new RegExp("^[A-Z]{3}$", "u");

function validate20(data, {instancePath="", parentData, parentDataProperty, rootData=data, dynamicAnchors={}}={}){
/*# sourceURL="https://vestry.example/schemas/contribution-row.json" */;
let vErrors = null;
let errors = 0;
const evaluated0 = validate20.evaluated;
if(evaluated0.dynamicProps){
evaluated0.props = undefined;
}
if(evaluated0.dynamicItems){
evaluated0.items = undefined;
}
if(errors === 0){
if(data && typeof data == "object" && !Array.isArray(data)){
let missing0;
if(((((data.employee_id === undefined) && (missing0 = "employee_id")) || ((data.plan_type === undefined) && (missing0 = "plan_type"))) || ((data.amount === undefined) && (missing0 = "amount"))) || ((data.period === undefined) && (missing0 = "period"))){
validate20.errors = [{instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: missing0},message:"must have required property '"+missing0+"'"}];
return false;
}
else {
if(data.employee_id !== undefined){
let data0 = data.employee_id;
const _errs1 = errors;
if(errors === _errs1){
if(typeof data0 === "string"){
if(func1(data0) > 100){
validate20.errors = [{instancePath:instancePath+"/employee_id",schemaPath:"#/properties/employee_id/maxLength",keyword:"maxLength",params:{limit: 100},message:"must NOT have more than 100 characters"}];
return false;
}
else {
if(!pattern4.test(data0)){
validate20.errors = [{instancePath:instancePath+"/employee_id",schemaPath:"#/properties/employee_id/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"+"\""}];
return false;
}
}
}
else {
validate20.errors = [{instancePath:instancePath+"/employee_id",schemaPath:"#/properties/employee_id/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs1 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.plan_type !== undefined){
let data1 = data.plan_type;
const _errs3 = errors;
if(typeof data1 !== "string"){
validate20.errors = [{instancePath:instancePath+"/plan_type",schemaPath:"#/properties/plan_type/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
if(!((((data1 === "RSU") || (data1 === "401K")) || (data1 === "ESPP")) || (data1 === "ESOP"))){
validate20.errors = [{instancePath:instancePath+"/plan_type",schemaPath:"#/properties/plan_type/enum",keyword:"enum",params:{allowedValues: schema31.properties.plan_type.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs3 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.amount !== undefined){
let data2 = data.amount;
const _errs5 = errors;
if(errors === _errs5){
if(typeof data2 === "string"){
if(!pattern5.test(data2)){
validate20.errors = [{instancePath:instancePath+"/amount",schemaPath:"#/properties/amount/pattern",keyword:"pattern",params:{pattern: "^(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,3})?$"},message:"must match pattern \""+"^(?=[0-9.]*[1-9])[0-9]{1,12}(?:\\.[0-9]{1,3})?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/amount",schemaPath:"#/properties/amount/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs5 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.source !== undefined){
let data3 = data.source;
const _errs7 = errors;
if((typeof data3 !== "string") && (data3 !== null)){
validate20.errors = [{instancePath:instancePath+"/source",schemaPath:"#/properties/source/type",keyword:"type",params:{type: schema31.properties.source.type},message:"must be string,null"}];
return false;
}
if(!(((((((data3 === "EMPLOYEE") || (data3 === "EMPLOYER")) || (data3 === "ROTH")) || (data3 === "AFTER_TAX")) || (data3 === "SAFE_HARBOR")) || (data3 === "ROLLOVER")) || (data3 === null))){
validate20.errors = [{instancePath:instancePath+"/source",schemaPath:"#/properties/source/enum",keyword:"enum",params:{allowedValues: schema31.properties.source.enum},message:"must be equal to one of the allowed values"}];
return false;
}
var valid0 = _errs7 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.period !== undefined){
let data4 = data.period;
const _errs9 = errors;
if(errors === _errs9){
if(typeof data4 === "string"){
if(!pattern6.test(data4)){
validate20.errors = [{instancePath:instancePath+"/period",schemaPath:"#/properties/period/pattern",keyword:"pattern",params:{pattern: "^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?$"},message:"must match pattern \""+"^(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?$"+"\""}];
return false;
}
}
else {
validate20.errors = [{instancePath:instancePath+"/period",schemaPath:"#/properties/period/type",keyword:"type",params:{type: "string"},message:"must be string"}];
return false;
}
}
var valid0 = _errs9 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.currency !== undefined){
let data5 = data.currency;
const _errs11 = errors;
if((typeof data5 !== "string") && (data5 !== null)){
validate20.errors = [{instancePath:instancePath+"/currency",schemaPath:"#/properties/currency/type",keyword:"type",params:{type: schema31.properties.currency.type},message:"must be string,null"}];
return false;
}
if(errors === _errs11){
if(typeof data5 === "string"){
if(!pattern7.test(data5)){
validate20.errors = [{instancePath:instancePath+"/currency",schemaPath:"#/properties/currency/pattern",keyword:"pattern",params:{pattern: "^[A-Z]{3}$"},message:"must match pattern \""+"^[A-Z]{3}$"+"\""}];
return false;
}
}
}
var valid0 = _errs11 === errors;
}
else {
var valid0 = true;
}
if(valid0){
if(data.run_id !== undefined){
let data6 = data.run_id;
const _errs13 = errors;
if((typeof data6 !== "string") && (data6 !== null)){
validate20.errors = [{instancePath:instancePath+"/run_id",schemaPath:"#/properties/run_id/type",keyword:"type",params:{type: schema31.properties.run_id.type},message:"must be string,null"}];
return false;
}
if(errors === _errs13){
if(typeof data6 === "string"){
if(func1(data6) > 50){
validate20.errors = [{instancePath:instancePath+"/run_id",schemaPath:"#/properties/run_id/maxLength",keyword:"maxLength",params:{limit: 50},message:"must NOT have more than 50 characters"}];
return false;
}
else {
if(!pattern4.test(data6)){
validate20.errors = [{instancePath:instancePath+"/run_id",schemaPath:"#/properties/run_id/pattern",keyword:"pattern",params:{pattern: "^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"},message:"must match pattern \""+"^[^\\u0000-\\u001f\\u007f-\\u009f\\u202a-\\u202e\\u2066-\\u2069\\ufffd\\ud800-\\udfff]+$"+"\""}];
return false;
}
}
}
}
var valid0 = _errs13 === errors;
}
else {
var valid0 = true;
}
}
}
}
}
}
}
}
}
else {
validate20.errors = [{instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"}];
return false;
}
}
validate20.errors = vErrors;
return errors === 0;
}
validate20.evaluated = {"props":{"employee_id":true,"plan_type":true,"amount":true,"source":true,"period":true,"currency":true,"run_id":true},"dynamicProps":false,"dynamicItems":false};
